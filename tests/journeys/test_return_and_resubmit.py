"""An hour comes back with a question, is answered, handed in again and approved: with scripts and without, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Subject
from contributions.models import Review
from contributions.services import post_due_verdicts
from tests.browsers import chromium
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def phone(browser: Browser, address: str, person: Subject, *, with_scripts: bool) -> Page:
    """Somebody's phone, 360 px wide, in which they are signed in."""
    client = Client()
    client.force_login(person.user)
    context = browser.new_context(
        java_script_enabled=with_scripts, viewport={"width": 360, "height": 740}, locale="en", base_url=address
    )
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    return page


def sees(page: Page, words: str) -> None:
    expect(page.get_by_role("main")).to_contain_text(re.compile(words), timeout=15_000)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{page.url} is wider than the phone"


def sweep() -> int:
    """A minute later the scheduler comes by."""
    return post_due_verdicts(now=timezone.now() + timedelta(minutes=2))


@pytest.mark.parametrize("with_scripts", [True, False], ids=["javascript", "no javascript"])
def test_returned_answered_and_approved(browser: Browser, live_server: object, with_scripts: bool) -> None:
    world: World = make_world(timezone.now() - timedelta(days=1))
    me = phone(browser, str(live_server), world.contributor, with_scripts=with_scripts)
    me.goto("/log/")
    me.locator("main label", has_text="2 h").first.click()
    me.locator("summary", has_text="Add a note").click()
    me.get_by_label("What did you do?").fill("Drew the river")
    me.get_by_role("button", name="Log it").click()
    sees(me, "It waits for a review")
    if with_scripts:
        me.locator("[data-rows] a").first.click()
        sees(me, "You hear of the verdict")
    fits(me)
    work = me.url

    reviewer = phone(browser, str(live_server), world.reviewer, with_scripts=with_scripts)
    reviewer.goto("/review/")
    fits(reviewer)
    reviewer.locator("summary", has_text="Words, return").click()
    reviewer.get_by_label("Your words to the contributor").fill("Which bank of it? Add a photo.")
    reviewer.get_by_role("button", name="Return with these words").click()
    expect(reviewer.get_by_text("Until it is posted you can undo it").first).to_be_visible(timeout=15_000)
    me.goto(work)
    sees(me, "A reviewer is looking at it")
    expect(me.get_by_text("Which bank of it?")).to_have_count(0)
    assert sweep() == 1

    me.goto(work)
    sees(me, "It came back with a question")
    sees(me, "Which bank of it")
    me.get_by_role("link", name="Change something else").click()
    sees(me, "Which bank of it")  # the question stands beside the form that answers it
    fits(me)
    me.get_by_label("Minutes").fill("90")
    me.get_by_label("What did you do?").fill("Drew the north bank of the river")
    me.get_by_label("Link").fill("https://example.org/north-bank.jpg")
    me.get_by_role("button", name="Save and hand in").click()
    sees(me, "A reviewer is looking at it")
    sees(me, "Handed in again")

    reviewer.goto("/review/")
    reviewer.locator("main ol.queue h3 a").first.click()
    sees(reviewer, "Which bank of it")  # what was asked the last time
    sees(reviewer, "2.h")  # and what changed
    reviewer.locator("main label", has_text="4").first.click()
    reviewer.get_by_label("Minutes to approve").fill("80")
    reviewer.get_by_role("button", name="Approve", exact=False).first.click()
    sees(reviewer, "Say why")
    reviewer.get_by_label("Your words to the contributor").fill("The photo itself took no time.")
    reviewer.get_by_role("button", name="Approve", exact=False).first.click()
    sees(reviewer, "Until it is posted you can undo it")
    assert sweep() == 1

    me.goto(work)
    for words in ("It counted: 15 points", "1.h.30.*claimed", "1.h.20.*checked", "The photo itself took no time"):
        sees(me, words)
    fits(me)
    assert list(Review.objects.order_by("id").values_list("verdict", flat=True)) == ["returned", "approved"]
