"""Problem, project, task, hours, review, points: walked in a browser as three people, with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Profile, Subject
from contributions.services import post_due_verdicts
from core.deliveries import consumers_with_due_events, deliver_until_empty
from guilds.models import Guild
from guilds.services import grant_right, join_guild, open_guild, propose_guild
from reputation.models import Transfer
from tests.browsers import chromium
from tests.factories import make_person, verify_email

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def with_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


class Walker:
    """One person at one phone."""

    def __init__(self, browser: Browser, address: str, person: Subject, *, with_scripts: bool) -> None:
        self.person, self.address = person, address
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=with_scripts, viewport={"width": 360, "height": 740}, locale="en"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> None:
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.ok, f"{path} answered {answer and answer.status}"

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def fill(self, label: str, words: str) -> None:
        self.page.get_by_label(label).first.fill(words)

    def sees(self, words: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(re.compile(words, re.IGNORECASE))

    def sign_in(self) -> None:
        """By a mailed code, as everybody does; there is no session before it."""
        mail.outbox.clear()
        self.go("/accounts/login/")
        self.fill("E-mail address", self.person.user.email)
        self.press("Send me a code")
        self.page.get_by_label(re.compile("code", re.IGNORECASE)).first.wait_for()
        assert not [c for c in self.context.cookies() if c.get("name") == "sessionid"] or not self._is_signed_in()
        code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(mail.outbox[0].body), re.MULTILINE)
        assert code, mail.outbox[0].body
        self.page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(code[1])
        self.page.locator("main form button").first.click()
        self.page.wait_for_url(re.compile("/home/"))

    def _is_signed_in(self) -> bool:
        other = self.context.new_page()
        other.goto(self.address + "/home/")
        landed = other.url
        other.close()
        return "/home/" in landed and "login" not in landed


@pytest.fixture
def guild() -> tuple[Guild, dict[str, Subject]]:
    """An open guild with a maintainer, a reviewer and a contributor, and nothing in it."""
    now = timezone.now()
    people = {name: make_person(name) for name in ("steward", "maintainer", "reviewer", "contributor")}
    for name, person in people.items():
        Profile.objects.update_or_create(subject=person, defaults={"display_name": name.capitalize()})
        verify_email(person)
    hub = make_person("hub", is_hub_steward=True)
    guild = propose_guild(slug="river", name="River Watch", summary="Maps for floods", by=people["steward"], now=now)
    guild = open_guild(guild=guild, steward=people["steward"], by=hub, now=now)
    for name in ("maintainer", "reviewer", "contributor"):
        join_guild(guild=guild, by=people[name], now=now)
    for right in ("maintainer", "reviewer"):
        grant_right(guild=guild, subject=people[right], right=right, by=people["steward"], now=now)
    return guild, people


def test_three_people_walk_the_loop(
    browser: Browser, live_server: object, guild: tuple[Guild, dict[str, Subject]], with_scripts: bool
) -> None:
    _guild, people = guild
    walkers = {
        name: Walker(browser, str(live_server), people[name], with_scripts=with_scripts)
        for name in ("maintainer", "contributor", "reviewer")
    }
    maintainer, contributor, reviewer = walkers["maintainer"], walkers["contributor"], walkers["reviewer"]

    maintainer.sign_in()
    maintainer.go("/problems/new/")
    maintainer.fill("Title", "The flood warning comes in the wrong language")
    maintainer.fill("What happens, and to whom?", "The radio warns in Hindi; the islands speak Mising.")
    maintainer.fill("Who is hurt?", "families on the islands")
    maintainer.press("Save and go on")
    maintainer.fill("Where?", "Majuli, Assam")
    maintainer.press("Save and go on")
    maintainer.press("Save and go on")
    maintainer.press("Hand it in")
    maintainer.press("Accept this problem")
    maintainer.sees("accepted")
    maintainer.page.locator("a[href$='/project/new/']").first.click()
    maintainer.fill("Title", "Flood words in Mising")
    maintainer.page.locator("main textarea").first.fill("A list of forty words, spoken and written.")
    maintainer.page.locator("main form button").first.click()
    maintainer.press("Start this project")
    maintainer.follow("Write a task")
    maintainer.fill("Title", "Collect ten flood words")
    maintainer.page.locator("[name=estimate_minutes]").fill("60")
    maintainer.press("Keep it as a draft")
    maintainer.press("Publish this task")
    task_path = maintainer.page.url.removeprefix(maintainer.address)

    contributor.sign_in()
    contributor.go(task_path)
    contributor.press("Take this task")
    contributor.follow("Log hours on it")
    contributor.press("Log it")
    contributor.sees("waiting for review|waits for")
    if with_scripts:
        contributor.page.locator("[data-rows] a").first.click()
        contributor.sees("You hear of the verdict")
    work_path = contributor.page.url.removeprefix(contributor.address)
    contributor.go("/me/hours/")
    contributor.sees("Collect ten flood words")

    reviewer.sign_in()
    reviewer.go("/review/")
    reviewer.sees("1 piece of work waits")
    reviewer.sees("Contributor")
    reviewer.page.locator("main ol.queue label", has_text="4").first.click()
    reviewer.page.locator("button[value=approve]").first.click()
    reviewer.sees("Until it is posted you can undo it")
    contributor.go(work_path)
    contributor.sees("A reviewer is looking at it")
    assert post_due_verdicts(now=timezone.now() + timedelta(minutes=2)) == 1
    assert Transfer.objects.filter(reason="contribution_approved").count() == 2

    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())
    contributor.go("/inbox/")
    contributor.sees(r"Your 1 hour on “Collect ten flood words” was approved: \+12")
    contributor.go("/me/points/")
    contributor.sees("Collect ten flood words")
    contributor.page.locator("details.why summary").first.click()
    contributor.sees("1.15")
    contributor.sees("policy|version|rule")
    contributor.go(work_path)
    contributor.sees("approved")
    reviewer.go("/me/points/")
    reviewer.sees("review")

    for name, walker in walkers.items():
        assert walker.complaints == [], f"{name}'s browser complained"
        walker.context.close()
