"""The reviewer's queue in a browser: by keyboard alone, many at once, and without JavaScript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Subject
from contributions.models import Contribution, PendingVerdict, Review
from contributions.services import EntryInput, add_snippet, log_hours, post_due_verdicts
from core.ids import uuid7
from projects.models import Task
from tests.browsers import chromium
from tests.factories import World, make_task, make_world

#: The machine of the tests may be busy; a limit only ends a hopeless wait.
expect.set_options(timeout=15_000)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=1))


def log(world: World, minutes: int, note: str, task: Task | None = None, days: int = 0) -> Contribution:
    entries = [EntryInput(world.now.date() - timedelta(days=days), minutes)]
    made = log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=task or world.open_work,
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
    """Note -> state once every verdict that was given is posted."""
    post_due_verdicts(now=timezone.now() + timedelta(minutes=2))
    return dict(Contribution.objects.values_list("note", "state"))


class Keyboard:
    """Counts every key, also each letter of a word."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def write(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.presses += len(words)


def said(page: Page, words: str) -> None:
    expect(page.locator("[data-toast-said]")).to_contain_text(words)


def waiting(page: Page) -> list[str]:
    """The notes in the list, as the page shows them now."""
    return [note for note in ("first", "second", "third") if page.locator("[data-item]", has_text=note).count()]


def test_the_queue_is_worked_by_keyboard(browser: Browser, live_server: object, world: World) -> None:
    for minutes, note in ((31, "first"), (32, "second"), (33, "third")):
        log(world, minutes, note)
    page = open_queue(browser, str(live_server), world.reviewer)
    keys = Keyboard(page)
    keys.press("j", "4", "a")
    said(page, "Approved: 31")
    assert waiting(page) == ["second", "third"]
    keys.press("j", "r")
    page.keyboard.type("Which photos?")
    keys.press("Escape", "r")
    said(page, "Returned:")
    assert waiting(page) == ["second"]

    # The last one first: it comes back to its place, with the words that were typed, and has the focus.
    keys.press("u")
    said(page, "Undone:")
    assert waiting(page) == ["second", "third"]
    expect(page.locator("[data-item]:focus textarea[name=reason]")).to_have_value("Which photos?")
    assert states() == {"first": "approved", "second": "submitted", "third": "in_review"}

    keys.press("Enter")
    expect(page.get_by_role("heading", name="Your verdict")).to_be_visible()


def test_not_accepting_by_keyboard_asks_for_a_way_on(browser: Browser, live_server: object, world: World) -> None:
    log(world, 31, "first")
    page = open_queue(browser, str(live_server), world.reviewer)
    keys = Keyboard(page)
    keys.press("j", "x")
    page.keyboard.type("Copied.")
    keys.press("Escape", "x")
    expect(page.get_by_role("alert")).to_contain_text("Name one thing they could do next.")
    page.get_by_label("What they could do next").fill("Take your own photos.")
    keys.press("Escape", "x")
    expect(page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    assert states() == {"first": "rejected"}


def test_a_phrase_goes_into_the_words_by_keyboard(browser: Browser, live_server: object, world: World) -> None:
    log(world, 31, "first")
    for words in ("Please name the photos.", "Thank you for the map."):
        add_snippet(by=world.reviewer, words=words, now=world.now)
    page = open_queue(browser, str(live_server), world.reviewer)
    keys = Keyboard(page)
    keys.press("j", "s", "2", "Escape", "s", "1", "Escape", "r")
    expect(page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    assert keys.presses == 8 and states() == {"first": "returned"}
    assert Review.objects.get().reason == "Thank you for the map.\n\nPlease name the photos."


def test_a_queue_of_thirty_is_emptied_in_under_sixty_keys(browser: Browser, live_server: object, world: World) -> None:
    """Thirty pieces as an evening has them: many small ones on open work, some tasks of their own, three to return."""
    for number in range(18):
        log(world, 20, f"open work {number}")
    for number in range(12):
        task = make_task(world, world.maintainer, world.now, title=f"Task {number}")
        log(world, 60, f"on a task {number}", task=task, days=1 + number % 3)
    add_snippet(by=world.reviewer, words="Please say which photos.", now=world.now)
    page = open_queue(browser, str(live_server), world.reviewer)
    keys = Keyboard(page)
    keys.press("j")
    done = 0
    while page.get_by_role("heading", name="The queue is empty").count() == 0:
        # When the page of twenty is empty the next one comes by itself, and the keys go on at its head.
        with page.expect_navigation():
            for _card in range(page.locator("[data-item]").count()):
                if done % 6 == 5:
                    keys.press("s", "1", "Escape", "r")
                else:
                    keys.press("4", "a")
                done += 1
    assert keys.presses < 60, keys.presses
    assert PendingVerdict.objects.count() == 30
    assert post_due_verdicts(now=timezone.now() + timedelta(minutes=2)) == 30
    verdicts = Counter(Review.objects.values_list("verdict", flat=True))
    assert sum(verdicts.values()) == 30 and verdicts["returned"] >= 3
    assert Contribution.objects.filter(state__in=["submitted", "in_review"]).count() == 0


def test_even_thirty_different_ones_take_a_key_each(browser: Browser, live_server: object, world: World) -> None:
    for number in range(30):
        log(world, 31 + number, f"piece {number}", days=number % 3)
    page = open_queue(browser, str(live_server), world.reviewer)
    keys = Keyboard(page)
    keys.press("j")
    for shown in (20, 10):
        expect(page.locator("[data-item]")).to_have_count(shown)
        with page.expect_navigation():
            keys.press(*["Shift+Digit4"] * shown)
    expect(page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    assert keys.presses == 31
    assert post_due_verdicts(now=timezone.now() + timedelta(minutes=2)) == 30


def test_approving_without_a_rating_sends_nothing(browser: Browser, live_server: object, world: World) -> None:
    log(world, 10, "first")
    page = open_queue(browser, str(live_server), world.reviewer)
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert page.url.endswith("/review/") and states() == {"first": "submitted"}


def test_a_verdict_that_gets_no_answer_stays_in_the_list(browser: Browser, live_server: object, world: World) -> None:
    work = log(world, 31, "first")
    page = open_queue(browser, str(live_server), world.reviewer)
    page.route(f"**{work.get_absolute_url()}", lambda route: route.abort())
    keys = Keyboard(page)
    keys.press("j", "4", "a")
    expect(page.get_by_role("alert")).to_contain_text("no answer came")
    page.unroute(f"**{work.get_absolute_url()}")
    keys.press("a")
    expect(page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    assert states() == {"first": "approved"}


def test_signed_out_meanwhile_the_words_are_not_lost(browser: Browser, live_server: object, world: World) -> None:
    log(world, 31, "first")
    page = open_queue(browser, str(live_server), world.reviewer)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("Which photos?")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("main")).to_contain_text("Which photos?")
    assert states() == {"first": "submitted"}


@pytest.mark.parametrize("with_scripts", [True, False], ids=["javascript", "no javascript"])
def test_a_batch_is_judged_with_one_rubric(
    browser: Browser, live_server: object, world: World, with_scripts: bool
) -> None:
    for minutes, note in ((10, "first"), (20, "second"), (30, "third")):
        log(world, minutes, note)
    page = open_queue(browser, str(live_server), world.reviewer, with_scripts=with_scripts)
    expect(page.get_by_text("3 pieces of one task")).to_be_visible()
    page.locator("input[name=chosen]").nth(2).uncheck()
    page.locator("main ol.queue label", has_text="4").first.click()
    page.get_by_role("button", name="Approve the ticked ones in full").click()
    expect(page.get_by_text("Judged 2 pieces of work: approved.").first).to_be_visible()
    expect(page.locator("[data-pending]")).to_have_count(2)
    assert states() == {"first": "approved", "second": "approved", "third": "submitted"}


def test_a_verdict_and_its_undoing_without_javascript(browser: Browser, live_server: object, world: World) -> None:
    log(world, 10, "first")
    add_snippet(by=world.reviewer, words="Please name the photos.", now=world.now)
    page = open_queue(browser, str(live_server), world.reviewer, with_scripts=False)
    for _again in range(2):
        page.locator("summary", has_text="Words, return").click()
        page.get_by_label("Your words to the contributor").fill("Which photos?")
        page.get_by_label("Add a phrase of yours").select_option(label="Please name the photos.")
        page.get_by_role("button", name="Return with these words").click()
        expect(page.get_by_role("main")).to_contain_text("Returned:")
        expect(page.get_by_role("heading", name="Being posted")).to_be_visible()
        if not _again:
            page.get_by_role("button", name="Undo").click()
            expect(page.get_by_role("main")).to_contain_text("Undone:")
    assert states() == {"first": "returned"}
    assert Review.objects.get().reason == "Which photos?\n\nPlease name the photos."
