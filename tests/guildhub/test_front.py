"""The front page and the page its numbers open to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Subject
from contributions.models import Contribution
from contributions.services import EntryInput, approve_contribution, log_hours, take_review
from core.ids import uuid7
from guildhub.queries import HubNumbers, hub_numbers, numbers_by_guild
from projects.models import Task
from projects.services import draft_problem, submit_problem
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=2))


def approved(world: World, person: Subject, minutes: int, task: Task) -> Contribution:
    """Work of a person that the reviewer (or the maintainer) approved."""
    judge = world.maintainer if person == world.reviewer else world.reviewer
    now = timezone.now()
    entry = EntryInput(world.now.date(), minutes)
    logged = log_hours(by=person, client_id=uuid7(), task=task, entries=[entry], note="did it", now=now)
    work = take_review(contribution=logged.contribution, by=judge, now=now)
    approve_contribution(contribution=work, by=judge, rubric=3, minutes=minutes, now=now)
    return work


def test_an_empty_hub_says_how_it_begins() -> None:
    text = Client().get("/").content.decode()
    assert "No problem taken on yet" in text and "<bdi>0 h</bdi>" in text


def test_the_way_in_differs_for_visitors_and_members(world: World) -> None:
    assert "Make an account" in Client().get("/").content.decode()
    member = client_of(world, "contributor").get("/").content.decode()
    assert "Log an hour" in member and "Make an account" not in member


def test_only_problems_that_were_taken_on_stand_on_the_front_page(world: World) -> None:
    told = draft_problem(
        guild=world.guild,
        by=world.contributor,
        now=timezone.now(),
        title="Fresh",
        statement="s",
        affected_people="a",
        place="p",
    )
    submit_problem(problem=told, by=world.contributor, now=timezone.now())
    text = Client().get("/").content.decode()
    assert world.problem.title in text and "Fresh" not in text


def test_the_numbers_are_what_reviewers_approved_and_each_opens(world: World) -> None:
    approved(world, world.contributor, 90, world.task)
    approved(world, world.reviewer, 60, world.open_work)
    numbers = hub_numbers()
    assert (numbers.minutes_checked, numbers.people, numbers.problems_worked_on) == (150, 2, 1)
    row = numbers_by_guild()[world.guild.pk]
    assert (row.minutes_checked, row.people, row.minutes_imported) == (150, 2, 0)
    text = Client().get("/").content.decode()
    assert "<bdi>2 h</bdi>" in text
    for address in ("/numbers/#hours", "/numbers/#people", "/problems/?state=in_project"):
        assert address in text
    opened = Client().get("/numbers/").content.decode()
    assert "2\xa0h\xa030\xa0min" in opened and f"/guilds/{world.guild.slug}/ledger/" in opened


def test_the_front_page_counts_once_a_minute_and_says_when(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("guildhub.views.front.hub_numbers", lambda: asked.append(1) or HubNumbers(120, 7, 3))
    for _visit in range(3):
        text = Client().get("/").content.decode()
        assert "<bdi>2 h</bdi>" in text and "Counted" in text
    assert len(asked) == 1
    later = timezone.now() + timedelta(minutes=2)
    monkeypatch.setattr("guildhub.views.front.timezone.now", lambda: later)
    Client().get("/")
    assert len(asked) == 2


def test_points_on_the_numbers_page_are_the_ledgers(world: World) -> None:
    approved(world, world.contributor, 60, world.task)
    assert numbers_by_guild()[world.guild.pk].points == 12  # 10 for the hour, 2 for its review
