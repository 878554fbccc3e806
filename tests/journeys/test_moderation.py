"""Somebody's words are reported, hidden, appealed and shown again: four people at their phones, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import Subject
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.models import StateChange
from core.written import HIDDEN
from moderation.models import Case, Report
from projects.models import Problem
from tests.browsers import chromium
from tests.factories import make_world
from tests.journeys.test_main_loop import Walker

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Floods reach the village before the warning"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def with_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def phone(browser: Browser, address: str, person: Subject, *, with_scripts: bool) -> Walker:
    """A phone in which the person is signed in already."""
    walker, client = Walker(browser, address, person, with_scripts=with_scripts), Client()
    client.force_login(person.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
    return walker


def fits(walker: Walker) -> None:
    assert walker.page.evaluate("document.documentElement.scrollWidth") <= 360, f"{walker.page.url} is too wide"


def deliver() -> None:
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())


def decide(walker: Walker, button: str, words: str) -> None:
    """Type the reason into the form that this button sends, and press it."""
    form = walker.page.locator("main form", has=walker.page.get_by_role("button", name=button, exact=True))
    form.get_by_label("Why").fill(words)
    form.get_by_role("button", name=button, exact=True).click()


def open_notice(walker: Walker, sentence: str | re.Pattern[str]) -> None:
    """Find the sentence in the inbox and follow it."""
    deliver()
    walker.go("/inbox/")
    walker.page.get_by_role("link", name=sentence).first.click()


def test_words_are_reported_hidden_appealed_and_shown_again(
    browser: Browser, live_server: object, with_scripts: bool
) -> None:
    world = make_world(timezone.now() - timedelta(days=1))
    page = world.problem.get_absolute_url()
    reporter, author, steward, other = (
        phone(browser, str(live_server), person, with_scripts=with_scripts)
        for person in (world.reviewer, world.contributor, world.steward, world.hub_steward)
    )

    reporter.go(page)
    reporter.follow("Report")
    fits(reporter)
    reporter.press("Send the report")
    assert not Report.objects.exists(), "a report says what is wrong"
    reporter.page.get_by_text("spam or advertising").click()
    reporter.fill("In your own words", "It sells radios.")
    reporter.press("Send the report")
    expect(reporter.page.get_by_text("A moderator looks at it")).to_be_visible()
    assert Report.objects.get().reporter == world.reviewer

    steward.go("/moderation/")
    fits(steward)
    steward.follow(TITLE)
    steward.sees("It sells radios")
    fits(steward)
    decide(steward, "Hide it", "It names a shop and a price.")
    steward.sees("The hidden words")
    case = Case.objects.get()
    assert (case.state, case.decided_by, case.kept_words["title"]) == ("hidden", world.steward, TITLE)
    hidden = Problem.objects.get(pk=world.problem.pk)
    assert (hidden.title, hidden.statement) == (HIDDEN, HIDDEN)
    steward.go("/moderation/")
    steward.sees("Nothing waits")

    reporter.go(hidden.get_absolute_url())  # the address was made from the title and went with it
    reporter.sees("Hidden by a moderator")
    reporter.sees("spam or advertising")
    expect(reporter.page.get_by_role("main")).not_to_contain_text("a shop and a price")
    open_notice(reporter, re.compile("You reported something .*A moderator hid it"))
    reporter.sees("hid it")

    open_notice(author, "A moderator hid what you wrote")
    author.sees("It names a shop and a price")
    author.sees(TITLE)
    fits(author)
    expect(author.page.get_by_role("main")).not_to_contain_text("It sells radios")
    author.press("Appeal")
    author.sees("The hidden words")  # an appeal says why; nothing was sent
    assert Case.objects.get().state == "hidden"
    decide(author, "Appeal", "The shop is where the warning hangs.")
    author.sees("Your appeal waits")

    steward.go(case.get_absolute_url())
    steward.sees("Another steward of the guild decides the appeal")
    expect(steward.page.get_by_role("button", name="Show it again")).to_have_count(0)
    other.go("/moderation/")
    other.follow(TITLE)
    other.sees("The shop is where the warning hangs")
    fits(other)
    decide(other, "Show it again", "The shop belongs to the problem.")
    expect(other.page.get_by_role("button", name="Show it again")).to_have_count(0)

    case = Case.objects.get()
    assert (case.state, case.settled_by, case.kept_words) == ("overturned", world.hub_steward, None)
    assert Problem.objects.get(pk=world.problem.pk).title == TITLE
    steps = list(StateChange.objects.filter(object_id=case.pk).order_by("id").values_list("to_state", flat=True))
    assert steps == ["waiting", "hidden", "appealed", "overturned"]
    reporter.go(page)
    reporter.sees(TITLE)
    open_notice(author, "is shown again")
    author.sees("The shop belongs to the problem")
    open_notice(reporter, "is shown again")
    reporter.sees("shown again")
    expect(reporter.page.get_by_role("main")).not_to_contain_text(TITLE)

    for walker in (reporter, author, steward, other):
        assert walker.complaints == []
        walker.context.close()
