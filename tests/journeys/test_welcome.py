"""From the landing page to a logged hour on a slow phone: three answers, a task, a draft without an account, a mailed code.

400 kbps, 400 ms there and back, a processor four times slower, 360 px. What is asserted are end states and how many pages and
presses it takes, never seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Profile, Subject, User
from contributions.models import Contribution
from guilds.models import Membership
from matching.models import Availability
from tests.browsers import chromium
from tests.factories import World, make_person, make_task, make_world, verify_email

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "Checked ten names with my aunt; two were spelt wrong."
#: Bytes a second, milliseconds.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def world() -> World:
    """An open guild with three short tasks to begin with, one of them near Majuli and a translation."""
    world = make_world(timezone.now())
    for person in (world.maintainer, world.reviewer):
        Profile.objects.update_or_create(subject=person, defaults={"display_name": "Somebody"})
    for title, role in (
        ("Check ten place names", "translation"),
        ("Label ten photos", "annotation"),
        ("Call a gauge", "field"),
    ):
        make_task(world, world.maintainer, world.now, title=title, role=role, estimate_minutes=20, is_starter=True)
    return world


class Phone:
    """A cheap phone on a slow line, and how much it took to get there."""

    def __init__(self, browser: Browser, address: str, *, with_scripts: bool) -> None:
        self.address = address
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=with_scripts, viewport={"width": 360, "height": 740}, locale="en", has_touch=True
        )
        self.page = self.window()
        self.pages, self.presses = 0, 0
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._count)

    def window(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(40_000)
        line = self.context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW)
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        return page

    def _count(self, answer: object) -> None:
        request = answer.request  # type: ignore[attr-defined]
        self.pages += (request.is_navigation_request() and answer.status < 300) or answer.status in (401, 403)  # type: ignore[attr-defined]

    def press(self, name: str, page: Page | None = None) -> None:
        self.presses += 1
        main = (page or self.page).get_by_role("main")
        found = main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first
        found.click()

    def tick(self, label: str) -> None:
        self.presses += 1
        self.page.get_by_label(label, exact=False).first.check()

    def at(self, pattern: str) -> None:
        self.page.wait_for_url(re.compile(pattern))

    def sees(self, words: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(re.compile(words), timeout=40_000)

    def enter_by_code(self, email: str, button: str, page: Page | None = None) -> None:
        """The mailed code, typed where it is asked for. Two pages, two presses."""
        page = page or self.page
        mail.outbox.clear()
        page.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill(email)
        self.press(button, page)
        field = page.get_by_label(re.compile("code", re.IGNORECASE)).first
        field.wait_for()
        code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(mail.outbox[0].body), re.MULTILINE)
        assert code, mail.outbox[0].body
        field.fill(code[1])
        self.press("Go on", page)

    def drafts(self) -> int:
        return int(
            self.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('guildhub.draft')).length")
        )


def to_the_task(phone: Phone) -> None:
    """Landing, three answers, three tasks, the one that fits best."""
    phone.page.goto(phone.address + "/")
    phone.press("Find something to do")
    phone.tick("Translation: between languages")
    phone.press("Go on")
    phone.at(r"/welcome/where/\?kind=translation$")
    phone.page.get_by_label("Your place").fill("Majuli")
    phone.press("Go on")
    phone.at("/welcome/time/")
    phone.tick("1 h")
    phone.press("Show me tasks")
    phone.at("/welcome/tasks/")
    phone.sees("It fits: you said .*translation.*20.min.* of the .*1.h.*; near .*Majuli.*; a good first task")
    phone.press("Check ten place names")
    phone.at(r"/tasks/[0-9a-f-]+/$")


def work_of(email: str) -> Contribution:
    return Contribution.objects.get(subject__user__email=email)


def test_a_newcomer_begins_without_an_account_and_their_hour_is_logged(
    browser: Browser, live_server: object, world: World
) -> None:
    """Everything counted: eleven pages, and none of the words is typed twice."""
    phone = Phone(browser, str(live_server), with_scripts=True)
    to_the_task(phone)
    assert Subject.objects.count() == 7, "nobody is known yet"
    assert Availability.objects.count() == 0
    phone.page.get_by_label("What did you do?").fill(NOTE)
    phone.page.get_by_label("Minutes it took").fill("20")
    phone.press("Make an account to keep it")
    phone.at("/accounts/signup/")
    assert phone.drafts() == 1
    phone.enter_by_code("new@example.org", "Send me a code")
    phone.at(r"/tasks/[0-9a-f-]+/#draft$")
    expect(phone.page.get_by_label("What did you do?")).to_have_value(NOTE)
    assert Contribution.objects.count() == 0, "nothing is sent before they press"
    phone.press("Join the guild")
    phone.sees("You belong to")
    expect(phone.page.get_by_label("What did you do?")).to_have_value(NOTE)
    phone.press("Log these hours")
    phone.at("/contributions/")
    phone.sees("waiting for review|waits for")

    work = work_of("new@example.org")
    assert (work.state, work.note, work.task.title) == ("submitted", NOTE, "Check ten place names")
    assert [entry.minutes for entry in work.entries.all()] == [20]
    assert work.task.claimed_by == work.subject
    assert Membership.objects.filter(subject=work.subject, left_at__isnull=True).count() == 1
    assert phone.drafts() == 0, "kept by somebody, so it is on the phone no more"
    assert phone.complaints == []
    assert (phone.pages, phone.presses) == (11, 12)
    phone.context.close()


def test_somebody_who_was_here_before_signs_in_on_the_way(browser: Browser, live_server: object, world: World) -> None:
    """A member whose phone was signed out: the same, without joining."""
    email = verify_email(world.contributor)
    phone = Phone(browser, str(live_server), with_scripts=True)
    phone.page.goto(phone.address + "/welcome/tasks/")
    phone.press("Label ten photos")
    phone.at("/tasks/")
    phone.page.get_by_label("What did you do?").fill(NOTE)
    phone.page.get_by_label("Minutes it took").fill("20")
    phone.press("Sign in to keep it")
    phone.at("/accounts/login/")
    phone.enter_by_code(email, "Send me a code")
    phone.at(r"#draft$")
    phone.press("Log these hours")
    phone.at("/contributions/")
    assert (work_of(email).state, work_of(email).note) == ("submitted", NOTE)
    assert phone.drafts() == 0
    assert phone.complaints == []
    assert (phone.pages, phone.presses) == (6, 5)
    phone.context.close()


def test_without_a_script_the_words_come_along(browser: Browser, live_server: object, world: World) -> None:
    """The next page keeps them while somebody makes an account in another window; then they are sent, once."""
    phone = Phone(browser, str(live_server), with_scripts=False)
    to_the_task(phone)
    phone.page.get_by_label("What did you do?").fill(NOTE)
    phone.page.get_by_label("Minutes it took").fill("20")
    phone.press("Make an account to keep it")
    phone.sees("Nothing you typed is lost")
    expect(phone.page.get_by_label("You typed")).to_have_value(NOTE)
    with phone.context.expect_page() as opened:
        phone.press("make an account there")
    phone.enter_by_code("new@example.org", "Send me a code", opened.value)
    opened.value.wait_for_url(re.compile("/welcome/$"))
    phone.press("Send it")
    phone.sees("send it once more|You belong|Your sign-in changed")
    phone.press("Send it")
    phone.at("/contributions/")
    phone.sees("Join it, then hand this in")
    work = work_of("new@example.org")
    assert (work.state, work.note, work.need) == ("draft", NOTE, "not_member")
    assert [entry.minutes for entry in work.entries.all()] == [20]
    assert Contribution.objects.count() == 1
    phone.context.close()


def test_the_next_person_at_the_phone_sees_the_draft_and_can_throw_it_away(
    browser: Browser, live_server: object, world: World
) -> None:
    """A draft of nobody is offered to whoever signs in; it says so, sends nothing by itself and goes with one press."""
    other = make_person("aunt")
    email = verify_email(other)
    phone = Phone(browser, str(live_server), with_scripts=True)
    phone.page.goto(phone.address + "/welcome/tasks/")
    phone.press("Label ten photos")
    phone.page.get_by_label("What did you do?").fill(NOTE)
    phone.page.get_by_label("What did you do?").blur()
    phone.sees("Kept on this phone")
    phone.page.goto(phone.address + "/accounts/login/")
    phone.enter_by_code(email, "Send me a code")
    phone.at("/home/")
    phone.page.goto(phone.address + "/welcome/tasks/")
    phone.press("Label ten photos")
    phone.sees("Somebody began this work on this phone")
    phone.press("Throw it away")
    phone.sees("Thrown away")
    assert phone.drafts() == 0
    assert not Contribution.objects.exists()
    assert User.objects.filter(subject=other).exists()
    phone.context.close()
