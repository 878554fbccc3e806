"""A form sent twice makes one thing, in the same moment too; and two people may choose one title."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projects.models import Problem, Project, Task
from projects.services import draft_problem, draft_task, propose_project
from tests.contributions.test_at_once import at_once
from tests.factories import MONDAY, World


@pytest.mark.django_db
def test_the_same_words_are_one_draft_for_ten_minutes(world: World) -> None:
    def tell(minutes: int, statement: str = "It floods.") -> Problem:
        now = MONDAY + timedelta(minutes=minutes)
        return draft_problem(guild=world.guild, by=world.contributor, now=now, title="Flood", statement=statement)

    first = tell(0)
    assert tell(9) == first
    assert tell(9, "It floods again.") != first
    assert tell(11) not in (first, tell(9, "It floods again."))


@pytest.mark.django_db
def test_a_task_of_other_size_is_another_task(world: World) -> None:
    def write(minutes: int) -> Task:
        return draft_task(
            project=world.project, by=world.maintainer, now=MONDAY, title="Label", estimate_minutes=minutes
        )

    assert write(30) == write(30)
    assert write(45) != write(30)


@pytest.mark.django_db
def test_two_people_saying_the_same_are_two(world: World) -> None:
    one = propose_project(problem=world.problem, by=world.contributor, now=MONDAY, title="Radio", summary="A voice.")
    two = propose_project(problem=world.problem, by=world.reviewer, now=MONDAY, title="Radio", summary="A voice.")
    assert one != two and one.slug == "radio" and two.slug.startswith("radio-")


@pytest.mark.django_db(transaction=True)
def test_one_person_pressing_five_times_at_once_makes_one(world: World) -> None:
    ended = at_once(
        lambda number: draft_problem(guild=world.guild, by=world.contributor, now=MONDAY, title="Flood", statement="x"),
        hands=5,
    )
    assert ended == {"done": 5}
    assert Problem.objects.filter(title="Flood").count() == 1


@pytest.mark.django_db(transaction=True)
def test_five_people_choosing_one_title_at_once_get_five_addresses(world: World) -> None:
    people = [world.contributor, world.reviewer, world.maintainer, world.steward]
    ended = at_once(
        lambda number: propose_project(
            problem=world.problem, by=people[number], now=MONDAY, title="Radio", summary="A voice."
        ),
        hands=4,
    )
    assert ended == {"done": 4}
    assert Project.objects.filter(title="Radio").values("slug").distinct().count() == 4
    ended = at_once(
        lambda number: draft_problem(guild=world.guild, by=people[number], now=MONDAY, title="Flood"), hands=4
    )
    assert ended == {"done": 4}
    assert Problem.objects.filter(title="Flood").values("slug").distinct().count() == 4
