"""Problems told twice: credit kept, one step to the original, and told apart again as they were."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.errors import DomainError, PermissionRefused, TransitionRefused
from core.models import StateChange
from notices.models import Notice
from projects.models import Problem
from projects.services import (
    change_project_state,
    decide_problem,
    mark_duplicate_problem,
    propose_project,
    restore_duplicate_problem,
)
from tests.contributions.test_at_once import at_once
from tests.factories import World, make_world
from tests.pages import client_of
from tests.projects.conftest import NAMES
from tests.projects.telling import tell

pytestmark = pytest.mark.django_db


def merge(world: World, problem: Problem, original: Problem | None = None) -> Problem:
    return mark_duplicate_problem(
        problem=problem, original=original or world.problem, by=world.maintainer, now=world.now
    )


def apart(world: World, problem: Problem) -> Problem:
    return restore_duplicate_problem(problem=problem, by=world.maintainer, now=world.now)


def read(world: World, reader: str, problem: Problem) -> str:
    return client_of(world, reader).get(problem.get_absolute_url()).content.decode()


def test_the_author_is_named_on_the_original_to_members(world: World) -> None:
    problem = merge(world, tell(world, "Told once more", by=world.reviewer))
    inside, outside = read(world, "contributor", world.problem), read(world, "anonymous", world.problem)
    for text in (inside, outside):
        assert "Also told by" in text and "Told once more" in text
    assert NAMES["reviewer"] in inside and NAMES["reviewer"] not in outside
    assert world.problem.get_absolute_url() in read(world, "anonymous", problem)


def test_the_list_hides_duplicates_unless_they_are_asked_for(world: World) -> None:
    merge(world, tell(world, "Told once more"))
    assert "Told once more" not in Client().get("/problems/").content.decode()
    assert "Told once more" in Client().get("/problems/?state=duplicate").content.decode()


def test_its_other_pages_lead_to_the_originals(world: World) -> None:
    problem = merge(world, tell(world))
    for page in ("voices/", "people/"):
        answer = Client().get(problem.get_absolute_url() + page)
        assert answer["Location"] == world.problem.get_absolute_url() + page


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_telling_apart_brings_back_the_state_it_had(world: World, state: str) -> None:
    problem = merge(world, tell(world, state=state))
    text = client_of(world, "maintainer").post(problem.get_absolute_url(), {"do": "restore"}, follow=True)
    assert "Told apart again" in text.content.decode()
    problem.refresh_from_db()
    assert (problem.state, problem.duplicate_of) == (state, None)
    with pytest.raises(TransitionRefused):
        apart(world, problem)


def test_what_was_merged_before_follows_to_the_new_original(world: World) -> None:
    first, second = tell(world, "First"), tell(world, "Second")
    merge(world, second, first)
    merge(world, first)
    second.refresh_from_db()
    assert second.duplicate_of == world.problem
    assert "Second" in read(world, "contributor", world.problem)


def test_projects_stay_with_their_problem_and_are_listed_on_the_original(world: World) -> None:
    problem = tell(world, "Told once more", state="accepted")
    project = propose_project(problem=problem, by=world.reviewer, now=world.now, title="Radio", summary="A voice.")
    other = tell(world, "The first telling", state="accepted")
    merge(world, problem, other)
    project.refresh_from_db()
    assert project.problem == problem and "Radio" in read(world, "anonymous", other)
    change_project_state(project=project, to="incubating", by=world.maintainer, now=world.now)
    other.refresh_from_db()
    problem.refresh_from_db()
    assert (other.state, problem.state) == ("in_project", "duplicate"), "starting it moves on the problem that goes on"


def test_nobody_merges_across_guilds_with_itself_or_in_a_circle(world: World) -> None:
    problem, elsewhere = tell(world), make_world()
    for original in (elsewhere.problem, problem):
        with pytest.raises(DomainError, match="Choose another problem"):
            merge(world, problem, original)
    merge(world, problem)
    with pytest.raises(DomainError):
        merge(world, tell(world, "More"), problem)
    assert (
        client_of(world, "maintainer")
        .post(
            tell(world, "Yet more").get_absolute_url(),
            {"do": "duplicate", "duplicate-original": str(elsewhere.problem.pk)},
        )
        .status_code
        == 200
    ), "another guild's problem is no choice"


@pytest.mark.parametrize("reader", ["outsider", "contributor", "reviewer"])
def test_only_maintainers_merge_and_tell_apart(world: World, reader: str) -> None:
    problem = tell(world)
    person = getattr(world, reader)
    with pytest.raises(PermissionRefused):
        mark_duplicate_problem(problem=problem, original=world.problem, by=person, now=world.now)
    merge(world, problem)
    assert client_of(world, reader).post(problem.get_absolute_url(), {"do": "restore"}).status_code == 403
    assert "no duplicate after all" not in read(world, reader, problem)


def test_a_duplicate_leaves_only_by_its_own_button(world: World) -> None:
    problem = merge(world, tell(world))
    with pytest.raises(TransitionRefused, match="Tell it apart"):
        decide_problem(problem=problem, to="accepted", by=world.maintainer, now=world.now, reason="It is not.")
    with pytest.raises(TransitionRefused, match="already"):
        merge(world, problem)
    assert StateChange.objects.filter(object_id=problem.pk, to_state="duplicate").count() == 1


@pytest.mark.parametrize(
    ("problem", "original"), [("second", "first"), ("other guild", "original"), ("original", "second")]
)
def test_the_database_refuses_chains_and_strangers(world: World, problem: str, original: str) -> None:
    rows = {
        "original": world.problem, "first": tell(world, "First"), "second": tell(world, "Second"),
        "other guild": make_world().problem,
    }  # fmt: skip
    merge(world, rows["first"])
    with (
        pytest.raises(DatabaseError, match=r"repeats (a problem that is no duplicate|one of its own guild)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE projects_problem SET duplicate_of_id = %s WHERE id = %s", [rows[original].pk, rows[problem].pk]
        )


def test_the_author_hears_of_each_decision_once(world: World) -> None:
    problem = tell(world, by=world.reviewer)
    merge(world, problem)
    apart(world, problem)
    decide_problem(problem=problem, to="parked", by=world.maintainer, now=world.now, reason="Later.")
    for _twice in range(2):
        for consumer in consumers_with_due_events(now=world.now):
            deliver_until_empty(consumer, now=world.now)
    told = Notice.objects.filter(subject=world.reviewer, kind="problem_decided")
    assert sorted(notice.params["to"] for notice in told) == ["duplicate", "parked", "submitted"]
    text = client_of(world, "reviewer").get("/inbox/").content.decode()
    assert "you are named there" in text and "put aside for now" in text


@pytest.mark.django_db(transaction=True)
def test_two_maintainers_merge_each_into_the_other_and_one_wins(world: World) -> None:
    first, second = tell(world, "First"), tell(world, "Second")

    def act(number: int) -> None:
        problem, original = (first, second) if number % 2 else (second, first)
        by = world.maintainer if number % 2 else world.steward
        mark_duplicate_problem(problem=problem, original=original, by=by, now=world.now)

    ended = at_once(act)
    assert ended["done"] == 1 and set(ended) <= {"done", "DomainError", "TransitionRefused"}, ended
    assert Problem.objects.filter(duplicate_of__isnull=False).count() == 1
