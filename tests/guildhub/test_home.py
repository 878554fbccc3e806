"""A member's home: the week, what needs them, what was credited last and why, what to do next."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Subject
from accounts.services import save_profile
from contributions.models import Contribution
from contributions.services import EntryInput, approve_contribution, log_hours, return_contribution
from core.ids import uuid7
from guilds.services import grant_right, join_guild, revoke_right
from projects.services import claim_task, draft_problem
from tests.factories import World, make_task, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(timezone.now())


def log(world: World, by: Subject, minutes: int, note: str = "Drew the river") -> Contribution:
    entries = [EntryInput(timezone.localdate(), minutes)]
    return log_hours(
        by=by, client_id=uuid7(), task=world.open_work, entries=entries, now=world.now, note=note
    ).contribution


def home(client: Client) -> str:
    page = client.get("/home/").content.decode().split("<main")[1].split("</main>")[0]
    text = re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi[^>]*>", "", page))
    return re.sub(r"\s+", " ", unescape(text))


def test_the_week_counts_what_was_logged_and_what_of_it_was_checked(world: World) -> None:
    save_profile(subject=world.reviewer, display_name="Tariq")
    approved = log(world, world.contributor, 60)
    approve_contribution(
        contribution=approved, by=world.reviewer, rubric=4, minutes=50, now=world.now, reason="Clear and whole."
    )
    log(world, world.contributor, 20)
    page = home(client_of(world, "contributor"))
    assert "1 h 20 min of your 2 h this week" in page
    assert "1 h 20 min claimed 1 h checked" in page
    credited = page.split("Credited last")[1]
    for words in (
        "+10",
        "by Tariq",
        "1 h claimed",
        "50 min approved",
        "50 min credited",
        "rubric 4 of 5",
        "Clear and whole.",
    ):
        assert words in credited


def test_what_needs_the_person_stands_first(world: World) -> None:
    log(world, world.contributor, 90, note="")
    returned = log(world, world.contributor, 30)
    return_contribution(contribution=returned, by=world.reviewer, reason="Which?", now=world.now)
    page = home(client_of(world, "contributor")).split("Needs you")[1]
    assert page.index("A reviewer asks something") < page.index("needs a link or a note")
    assert "Needs you" not in home(client_of(world, "maintainer"))


def test_drafts_of_problems_are_remembered(world: World) -> None:
    """They stand at home, and not only in a list that one may not open for weeks."""
    assert "draft of a problem" not in home(client_of(world, "contributor"))
    for title in ("The ferry stops at five", "No doctor on Sundays"):
        draft_problem(guild=world.guild, by=world.contributor, now=world.now, title=title)
    assert "2 drafts of problems" in home(client_of(world, "contributor"))
    assert "drafts of problems" not in home(client_of(world, "reviewer"))


def test_own_tasks_come_before_open_ones_and_first_tasks_before_others(world: World) -> None:
    make_task(world, world.maintainer, world.now, title="A first task", is_starter=True)
    mine = make_task(world, world.maintainer, world.now, title="A task of mine")
    claim_task(task=mine, by=world.contributor, now=world.now)
    page = home(client_of(world, "contributor")).split(" Next ")[1]
    assert page.index("A task of mine") < page.index("A first task") < page.index(world.task.title)
    assert "yours until" in page
    assert "A task of mine" not in home(client_of(world, "reviewer")), "taken by somebody else"


def test_reviewers_see_how_much_waits_for_them(world: World) -> None:
    log(world, world.contributor, 30)
    log(world, world.maintainer, 30)
    log(world, world.reviewer, 30)
    assert "2 pieces of work wait." in home(client_of(world, "reviewer"))
    assert "To review" not in home(client_of(world, "contributor"))
    other = make_world(world.now)
    join_guild(guild=other.guild, by=world.contributor, now=world.now)
    grant = grant_right(guild=other.guild, subject=world.contributor, right="reviewer", by=other.steward, now=world.now)
    assert "To review" not in home(client_of(world, "contributor")), "a right in another guild opens no queue here"
    log(other, other.contributor, 30)
    assert "1 piece of work waits." in home(client_of(world, "contributor"))
    revoke_right(grant=grant, by=other.steward, now=world.now + timedelta(seconds=1))
    assert "To review" not in home(client_of(world, "contributor"))


def test_who_belongs_nowhere_yet_learns_how_to_begin(world: World) -> None:
    page = home(client_of(world, "newcomer"))
    assert "Join a guild to begin" in page and "Credited last" not in page


def test_who_belongs_nowhere_is_not_told_of_tasks_in_their_guilds(world: World) -> None:
    page = home(client_of(world, "newcomer"))
    assert "in your guilds" not in page and "When you belong to a guild" in page


def test_a_steward_of_the_hub_is_led_to_what_waits(world: World) -> None:
    page = home(client_of(world, "hub_steward"))
    assert "You look after this hub" in page and "See what waits" in page and "Join a guild to begin" not in page


def test_ones_own_steps_are_ones_own_with_or_without_a_name(world: World) -> None:
    work = log(world, world.contributor, 30)
    pages = [client_of(world, who).get(work.get_absolute_url()).content.decode() for who in ("contributor", "reviewer")]
    mine, theirs = (page.split("What happened")[1].split("</section>")[0] for page in pages)
    assert "<bdi>You</bdi>" in mine and "a contributor" not in mine
    assert "<bdi>You</bdi>" not in theirs and "a contributor" in theirs


def test_visitors_sign_in_first() -> None:
    assert Client().get("/home/")["Location"].endswith("?next=/home/")
