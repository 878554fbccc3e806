"""Telling a problem in a browser: it saves itself, survives a lost line and a second window, and works without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from projects.models import Problem
from projects.services import submit_problem
from tests.browsers import chromium
from tests.factories import World, make_world
from tests.projects.telling import tell

pytestmark = pytest.mark.django_db(transaction=True)

STATUS = "[data-autosave-status]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=1))


def window(browser: Browser, address: str, world: World, *, scripts: bool = True) -> BrowserContext:
    """A browser in which the contributor is signed in."""
    client = Client()
    client.force_login(world.contributor.user)
    context = browser.new_context(java_script_enabled=scripts, locale="en", viewport={"width": 360, "height": 740})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
    context.set_default_timeout(15_000)
    return context


def opened(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return page


def step(address: object, problem: Problem, key: str) -> str:
    return f"{address}{problem.get_absolute_url()}steps/{key}/"


def test_what_is_typed_is_kept_without_a_button(browser: Browser, live_server: object, world: World) -> None:
    context = window(browser, str(live_server), world)
    page = opened(context, f"{live_server}/problems/new/")
    page.get_by_label("Title").fill("Wells carry arsenic")
    page.get_by_label("What happens, and to whom?").fill("Nobody knows which.")
    page.get_by_label("Who is hurt?").focus()
    expect(page.locator(STATUS)).to_have_text("Saved.")
    draft = Problem.objects.get(title="Wells carry arsenic")
    assert page.url == step(live_server, draft, "what"), "the draft has an address of its own now"
    page.get_by_label("Who is hurt?").type("families")
    expect(page.locator(STATUS)).to_have_text("Saved.")
    page.close(run_before_unload=False)

    page = opened(context, step(live_server, draft, "what"))
    expect(page.get_by_label("Who is hurt?")).to_have_value("families")
    page.get_by_label("Who is hurt?").fill("families and cattle")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_label("Where?")).to_be_visible()
    assert Problem.objects.filter(state="draft").count() == 1
    draft.refresh_from_db()
    assert draft.affected_people == "families and cattle"
    context.close()


def test_a_lost_line_is_said_and_made_good(browser: Browser, live_server: object, world: World) -> None:
    draft = tell(world, state="draft")
    context = window(browser, str(live_server), world)
    page = opened(context, step(live_server, draft, "known"))
    context.set_offline(True)
    page.get_by_label("How do you know?").fill("I saw it.")
    expect(page.locator(STATUS)).to_contain_text("no answer from the server")
    warned: list[str] = []

    def stay(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert warned == ["beforeunload"] and not page.is_closed()
    context.set_offline(False)
    expect(page.locator(STATUS)).to_have_text("Saved.")
    draft.refresh_from_db()
    assert draft.evidence == "I saw it."
    context.close()


def test_whoever_is_signed_out_meanwhile_is_told_and_signs_in_beside_it(
    browser: Browser, live_server: object, world: World
) -> None:
    draft = tell(world, state="draft")
    context = window(browser, str(live_server), world)
    page = opened(context, step(live_server, draft, "known"))
    kept = context.cookies()
    context.clear_cookies()
    page.get_by_label("How do you know?").fill("I saw it.")
    expect(page.locator(STATUS)).to_contain_text("signed out")
    context.add_cookies([cookie for cookie in kept if cookie["name"] == settings.SESSION_COOKIE_NAME])  # type: ignore[misc]
    expect(page.locator(STATUS)).to_have_text("Saved.", timeout=15_000)
    draft.refresh_from_db()
    assert draft.evidence == "I saw it."
    context.close()


def test_an_answer_that_was_lost_is_no_conflict_with_oneself(
    browser: Browser, live_server: object, world: World
) -> None:
    draft = tell(world, state="draft")
    context = window(browser, str(live_server), world)
    page = opened(context, step(live_server, draft, "known"))
    lost: list[int] = []

    def lose_the_first(route: object) -> None:
        if not lost:
            lost.append(route.fetch().status)  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/steps/known/", lose_the_first)
    page.get_by_label("How do you know?").fill("I saw it")
    expect(page.locator(STATUS)).to_contain_text("no answer from the server")
    page.get_by_label("How do you know?").fill("I saw it, twice.")
    expect(page.locator(STATUS)).to_have_text("Saved.")
    draft.refresh_from_db()
    assert lost == [200] and draft.evidence == "I saw it, twice."
    context.close()


def test_the_older_window_is_told_and_both_texts_are_there(browser: Browser, live_server: object, world: World) -> None:
    draft = tell(world, state="draft")
    context = window(browser, str(live_server), world)
    old, new = (opened(context, step(live_server, draft, "known")) for _two in range(2))
    new.get_by_label("How do you know?").fill("From the newer window.")
    expect(new.locator(STATUS)).to_have_text("Saved.")
    old.get_by_label("How do you know?").fill("From the older window.")
    expect(old.locator("[data-autosave-stored]")).to_contain_text("From the newer window.")
    expect(old.get_by_label("How do you know?")).to_have_value("From the older window.")
    draft.refresh_from_db()
    assert draft.evidence == "From the newer window."
    old.get_by_role("button", name="Save and go on").click()
    expect(old.get_by_role("button", name="Hand it in")).to_be_visible()
    draft.refresh_from_db()
    assert draft.evidence == "From the older window.", "both were shown, so pressing the button is the answer"
    context.close()


def test_a_window_left_open_after_handing_in_says_that_it_saves_no_more(
    browser: Browser, live_server: object, world: World
) -> None:
    draft = tell(world, state="draft")
    context = window(browser, str(live_server), world)
    page = opened(context, step(live_server, draft, "known"))
    submit_problem(problem=draft, by=world.contributor, now=timezone.now())
    page.get_by_label("How do you know?").fill("Too late.")
    expect(page.locator(STATUS)).to_contain_text("handed in meanwhile")
    context.close()


def test_the_button_pressed_at_once_saves_the_last_letter(browser: Browser, live_server: object, world: World) -> None:
    draft = tell(world, state="draft")
    context = window(browser, str(live_server), world)
    page = opened(context, step(live_server, draft, "known"))
    page.get_by_label("How do you know?").fill("First")
    page.wait_for_timeout(1150)  # the save is about to leave, or under way
    page.get_by_label("How do you know?").type(" and last.")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("button", name="Hand it in")).to_be_visible()
    draft.refresh_from_db()
    assert draft.evidence == "First and last."
    context.close()


def test_all_steps_without_scripts(browser: Browser, live_server: object, world: World) -> None:
    context = window(browser, str(live_server), world, scripts=False)
    page = opened(context, f"{live_server}/problems/new/")
    page.get_by_label("Title").fill("Wells")
    page.get_by_label("What happens, and to whom?").fill("It tastes of iron.")
    page.get_by_label("Who is hurt?").fill("families")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Where?").fill("Jorhat")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go back").click()
    expect(page.get_by_label("Where?")).to_have_value("Jorhat")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_text("A maintainer of the guild reads it and decides")).to_be_visible()
    assert Problem.objects.get(title="Wells").state == "submitted"
    context.close()
