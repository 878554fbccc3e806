"""What logging and judging cost in statements, and that a try which a rule ends leaves nothing but the draft."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import SubjectLink
from contributions.models import Contribution, PendingVerdict, TimeEntry, WorkDay
from contributions.services import EntryInput, log_hours
from core.ids import uuid7
from core.models import Delivery, Event, StateChange, Tally
from projects.models import Task
from tests.factories import World, make_author, make_task, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db

#: Who reads, the task, two to lock the person, what the rules ask, the limit, the task's lock, the work, its time.
LOGGING = 9
#: Who reads, the work, two to lock both people, its lock, who may review, whom a sanction stops, taking it, the policy, the
#: verdict.
JUDGING = 10


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=2))


def statements(client: Client, path: str, values: dict[str, object]) -> list[str]:
    """What a form sends to the database; the frame of its transaction, which a test's own changes, is left out."""
    with CaptureQueriesContext(connection) as seen:
        assert client.post(path, values).status_code == 302
    return [s["sql"] for s in seen if not re.match(r"BEGIN|COMMIT|SAVEPOINT|RELEASE", s["sql"])]


def typed(world: World, **changes: object) -> dict[str, object]:
    day = timezone.localdate().isoformat()
    return {"client_id": str(uuid4()), "task": str(world.open_work.pk), "length": "60", "day": day, **changes}


def test_logging_hours_takes_no_more_statements_than_it_did(world: World) -> None:
    client = client_of(world, "contributor")
    client.post("/log/", typed(world))  # SQL is made the first time
    assert len(statements(client, "/log/", typed(world))) <= LOGGING


def test_who_is_somebody_else_as_well_pays_nothing_for_it(world: World) -> None:
    for number in range(2):
        author = make_author(f"Author {number}", f"author{number}@example.org")
        SubjectLink.objects.create(alias=author.subject, primary=world.contributor, linked_at=world.now)
    client = client_of(world, "contributor")
    client.post("/log/", typed(world))
    assert len(statements(client, "/log/", typed(world))) <= LOGGING


def test_a_verdict_takes_no_more_statements_than_it_did(world: World) -> None:
    client = client_of(world, "reviewer")
    for most in (100, JUDGING):
        entries = [EntryInput(world.now.date(), 60)]
        logged = log_hours(
            by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, now=world.now
        )
        values: dict[str, object] = {"do": "approve", "rubric": "4", "minutes": "60", "reason": "", "task_done": "on"}
        assert len(statements(client, logged.contribution.get_absolute_url(), values)) <= most
    assert PendingVerdict.objects.count() == 2


def test_work_that_is_handed_in_at_once_has_taken_both_its_steps(world: World) -> None:
    entries = [EntryInput(world.now.date(), 60), EntryInput(world.now.date() - timedelta(days=1), 30)]
    work = log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, now=world.now, note="both days"
    ).contribution
    steps = StateChange.objects.filter(object_id=work.pk).order_by("id").values_list("from_state", "to_state")
    assert list(steps) == [("", "draft"), ("draft", "submitted")]
    told = Event.objects.filter(object_id=work.pk).order_by("id")
    assert [event.kind for event in told] == ["contribution.drafted", "contribution.submitted"]
    assert {event.data["minutes"] for event in told} == {90}
    assert Delivery.objects.filter(event__in=told, consumer="core.public_log").count() == 2
    assert list(work.entries.values_list("minutes", "counts")) == [(30, True), (60, True)]


def test_hours_that_the_day_refuses_leave_a_draft_and_no_claim(world: World) -> None:
    """The database says so after the task was claimed; the try is rolled back whole, and counted once."""
    task = make_task(world, world.maintainer, world.now)
    day = world.now.date()
    for minutes in (900, 30):
        log_hours(
            by=world.contributor, client_id=uuid7(), task=world.open_work, entries=[EntryInput(day, minutes)],
            now=world.now, note="all day",
        )  # fmt: skip
    logged = log_hours(
        by=world.contributor, client_id=uuid7(), task=task, entries=[EntryInput(day, 60)], now=world.now, note="more"
    )
    work = Contribution.objects.get(pk=logged.contribution.pk)
    assert logged.is_new and (work.state, work.need, work.submitted_at) == ("draft", "day_full", None)
    task.refresh_from_db()
    assert (task.state, task.claimed_by_id) == (Task.State.PUBLISHED, None)
    assert not TimeEntry.objects.get(contribution=work).counts
    assert WorkDay.objects.get(subject=world.contributor, worked_on=day).minutes == 930
    assert [event.kind for event in Event.objects.filter(object_id=work.pk)] == ["contribution.drafted"]
    assert not Event.objects.filter(object_id=task.pk, kind="task.changed").exists()
    assert Tally.objects.get(subject=world.contributor.pk, kind="hours").in_day == 3


def test_hours_on_a_task_that_closed_meanwhile_wait_as_a_draft(world: World) -> None:
    Task.objects.filter(pk=world.open_work.pk).update(state=Task.State.EXPIRED)
    logged = log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, entries=[EntryInput(world.now.date(), 60)],
        now=world.now,
    )  # fmt: skip
    stored = Contribution.objects.get(pk=logged.contribution.pk)
    assert (stored.state, stored.need) == ("draft", "task_closed")
    again = log_hours(
        by=world.contributor, client_id=stored.client_id, task=world.open_work,
        entries=[EntryInput(world.now.date(), 60)], now=world.now,
    )  # fmt: skip
    assert not again.is_new and again.contribution.pk == stored.pk
