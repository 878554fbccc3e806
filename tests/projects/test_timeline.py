"""A project's whole way, page by page, and the whole list of its tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from contributions.services import EntryInput, approve_contribution, log_hours
from core.ids import uuid7
from core.models import Event, StateChange
from projects.models import Task
from projects.queries import project_timeline
from projects.services import change_project_state, claim_task
from tests.factories import World, make_task, make_world
from tests.pages import client_of
from tests.projects.conftest import NAMES

pytestmark = pytest.mark.django_db


def read(world: World, reader: str, page: str = "timeline/") -> str:
    return client_of(world, reader).get(world.project.get_absolute_url() + page).content.decode()


def work(world: World, task: Task, minutes: int = 60) -> None:
    """Hours logged and approved."""
    made = log_hours(
        by=world.contributor, client_id=uuid7(), task=task, entries=[EntryInput(world.now.date(), minutes)],
        now=world.now, note="What I did.",
    ).contribution  # fmt: skip
    approve_contribution(contribution=made, by=world.reviewer, rubric=3, minutes=minutes, now=world.now)


def test_it_tells_steps_tasks_and_weeks_with_names_for_members_alone(world: World) -> None:
    work(world, world.task)
    world.later(days=7)
    work(world, world.open_work, 30)
    change_project_state(
        project=world.project, to="dormant", by=world.maintainer, now=world.later(days=1), reason="Winter."
    )
    inside, outside = read(world, "contributor"), read(world, "anonymous")
    for text in (inside, outside):
        assert "Laid to rest" in text and "Started: tasks and hours are welcome" in text
        assert "The problem: Accepted" in text and "Task done:" in text and world.task.title in text
        assert text.count("Approved in the week of") == 2 and "1 piece of work" in text and "10 points" in text
    assert "Winter." in inside and NAMES["maintainer"] in inside and NAMES["contributor"] in inside
    assert "Winter." not in outside and not [name for name in NAMES.values() if name in outside]
    assert "a contributor" in outside


def test_another_projects_weeks_are_not_told_here(world: World) -> None:
    other = make_world()
    work(other, other.task)
    assert "Approved in the week" not in read(world, "contributor")


def test_it_is_read_in_pages_and_nothing_is_told_twice_or_left_out(world: World) -> None:
    for number in range(70):
        at = world.now + timedelta(minutes=number)
        task = make_task(world, world.maintainer, world.now, title=f"Task {number}")
        claim_task(task=task, by=world.contributor, now=world.now)
        Task.objects.filter(pk=task.pk).update(state="submitted")
        Task.objects.filter(pk=task.pk).update(state="accepted")
        StateChange.objects.create(
            object_kind="task", object_id=task.pk, from_state="submitted", to_state="accepted", changed_at=at
        )
    told, address = [], world.project.get_absolute_url() + "timeline/"
    client = Client()
    for _page in range(5):
        text = client.get(address).content.decode()
        told += text.split('<a href="/tasks/')[1:]
        if 'rel="next"' not in text:
            break
        href = text.split('rel="next" href="')[1].split('"')[0]
        address = world.project.get_absolute_url() + "timeline/" + href
    assert len(told) == 70 and len({line[:36] for line in told}) == 70
    assert "Back to the newest" in text


@pytest.mark.parametrize("before", ["rubbish", "2026-01-01", "9999-99-99T00:00", "' OR 1=1"])
def test_an_address_that_means_nothing_shows_the_newest(world: World, before: str) -> None:
    answer = Client().get(world.project.get_absolute_url() + "timeline/", {"before": before})
    assert answer.status_code == 200 and b"Started: tasks and hours are welcome" in answer.content


def test_before_it_began_there_is_nothing_and_the_page_says_so(world: World) -> None:
    answer = Client().get(world.project.get_absolute_url() + "timeline/", {"before": "1999-01-01T00:00:00+00:00"})
    assert b"Nothing before that" in answer.content


def test_approvals_are_found_by_their_index(world: World) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM core_event WHERE kind = 'contribution.approved' AND data ->> 'project' = %s", ["x"]
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "event_by_project" in plan


def test_the_project_page_shows_the_first_tasks_and_leads_to_all(world: World) -> None:
    for number in range(33):
        make_task(world, world.maintainer, world.now, title=f"Task {number}", estimate_minutes=30)
    text = read(world, "anonymous", "")
    assert text.count("/tasks/") < 20 and "See all" in text
    whole = read(world, "anonymous", "tasks/")
    assert "Task 29" in whole and "Task 32" not in whole and 'rel="next"' in whole
    assert "Task 32" in read(world, "anonymous", "tasks/?page=2")
    assert "None here" in read(world, "anonymous", "tasks/?state=done")


def test_drafts_are_listed_for_maintainers_alone(world: World) -> None:
    from projects.services import draft_task

    draft_task(project=world.project, by=world.maintainer, now=world.now, title="Not yet")
    for reader in ("anonymous", "contributor"):
        for page in ("", "tasks/?state=drafts", "tasks/"):
            assert "Not yet" not in read(world, reader, page)
        assert "state=drafts" not in read(world, reader, "tasks/")
    assert "Not yet" in read(world, "maintainer", "tasks/?state=drafts")


def test_accepted_histories_are_told(world: World) -> None:
    Event.objects.create(
        kind="history.accepted", guild=world.guild.pk, object_kind="acceptance", object_id=uuid7(), occurred_at=world.now,
        data={"project": str(world.project.pk), "sessions": 12, "points": 340},
    )  # fmt: skip
    assert "Work from before was accepted" in read(world, "anonymous") and "12 sessions" in read(world, "anonymous")
    assert [row.kind for row in project_timeline(world.project)].count("history") == 1
