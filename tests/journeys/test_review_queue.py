"""The reviewer's queue in a browser: by keyboard alone, many at once, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Subject
from contributions.models import Contribution
from contributions.services import EntryInput, log_hours
from core.ids import uuid7
from tests.browsers import chromium
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=1))


def log(world: World, minutes: int, note: str) -> Contribution:
    entries = [EntryInput(world.now.date(), minutes)]
    made = log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.open_work,
        entries=entries,
        now=world.now + timedelta(seconds=minutes),
        note=note,
    )
    return made.contribution


def open_queue(browser: Browser, address: str, reviewer: Subject, *, with_scripts: bool = True) -> Page:
    """The queue in a window in which the reviewer is signed in."""
    client = Client()
    client.force_login(reviewer.user)
    context = browser.new_context(
        java_script_enabled=with_scripts, locale="en", viewport={"width": 1280, "height": 800}
    )
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{address}/review/")
    return page


def states() -> dict[str, str]:
    return dict(Contribution.objects.values_list("note", "state"))


def test_the_queue_is_emptied_by_keyboard(browser: Browser, live_server: object, world: World) -> None:
    for minutes, note in ((10, "first"), (20, "second"), (30, "third")):
        log(world, minutes, note)
    page = open_queue(browser, str(live_server), world.reviewer)
    page.keyboard.press("j")
    page.keyboard.press("4")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("Approved: 10")
    assert states() == {"first": "approved", "second": "submitted", "third": "submitted"}

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("Which photos?")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("Returned:")
    assert states() == {"first": "approved", "second": "submitted", "third": "returned"}

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your verdict")).to_be_visible()


def test_approving_without_a_rating_sends_nothing(browser: Browser, live_server: object, world: World) -> None:
    log(world, 10, "first")
    page = open_queue(browser, str(live_server), world.reviewer)
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert page.url.endswith("/review/") and states() == {"first": "submitted"}


@pytest.mark.parametrize("with_scripts", [True, False], ids=["javascript", "no javascript"])
def test_many_at_once(browser: Browser, live_server: object, world: World, with_scripts: bool) -> None:
    for minutes, note in ((10, "first"), (20, "second"), (30, "third")):
        log(world, minutes, note)
    page = open_queue(browser, str(live_server), world.reviewer, with_scripts=with_scripts)
    if with_scripts:
        for key in ("j", "x", "j", "x"):
            page.keyboard.press(key)
        expect(page.locator("[data-bulk-count]")).to_have_text("2")
    else:
        for number in range(2):
            page.locator("input[name=chosen]").nth(number).check()
    page.get_by_role("button", name="Approve the ticked ones in full").click()
    expect(page.get_by_role("heading", name="What became of the ticked ones")).to_be_visible()
    assert states() == {"first": "approved", "second": "approved", "third": "submitted"}


def test_a_verdict_without_javascript(browser: Browser, live_server: object, world: World) -> None:
    log(world, 10, "first")
    page = open_queue(browser, str(live_server), world.reviewer, with_scripts=False)
    page.locator("summary", has_text="Return or don").click()
    page.get_by_label("Your words to the contributor").fill("Which photos?")
    page.get_by_role("button", name="Return with these words").click()
    expect(page.get_by_role("main")).to_contain_text("Returned:")
    assert states() == {"first": "returned"}
