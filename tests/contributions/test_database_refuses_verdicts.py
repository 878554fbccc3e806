"""What the database itself refuses of verdicts that wait and of phrases, asked by the app's login past every service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from contributions.models import Contribution, FeedbackSnippet, PendingVerdict
from contributions.services import EntryInput, add_snippet, give_verdict, log_hours, take_review
from core.ids import uuid7
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def work(world: World) -> Contribution:
    """Handed in, and in the reviewer's hands."""
    made = log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.open_work,
        entries=[EntryInput((world.now - timedelta(days=1)).date(), 60)],
        now=world.now,
    ).contribution
    return take_review(contribution=made, by=world.reviewer, now=world.now)


def verdict_row(world: World, work: Contribution, **changed: Any) -> dict[str, Any]:
    return {
        "contribution_id": work.pk,
        "reviewer_id": world.reviewer.pk,
        "verdict": "approved",
        "rubric": 3,
        "minutes_approved": 60,
        "reason": "",
        "next_step": "",
        "is_task_done": True,
        "given_at": world.now,
        "effective_at": world.now + timedelta(seconds=60),
        **changed,
    }


def insert(table: str, row: dict[str, Any]) -> None:
    names, places = ", ".join(row), ", ".join(["%s"] * len(row))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"verdict": "adored"}, "pending_verdict_known|pending_verdict_approval_is_complete"),
        ({"rubric": 6}, "pending_verdict_rubric_one_to_five"),
        ({"rubric": 1}, "pending_verdict_approval_is_complete"),
        ({"rubric": None}, "pending_verdict_approval_is_complete"),
        ({"minutes_approved": 0}, "pending_verdict_approval_is_complete"),
        ({"minutes_approved": None}, "pending_verdict_approval_is_complete"),
        ({"verdict": "returned", "reason": "Why?"}, "pending_verdict_approval_is_complete"),
        ({"verdict": "returned", "minutes_approved": None}, "pending_verdict_refusal_says_why"),
        ({"verdict": "rejected", "minutes_approved": None, "reason": "No."}, "pending_verdict_rejection_shows_a_way"),
        ({"effective_at": "2020-01-01T00:00:00Z"}, "pending_verdict_posted_after_given"),
    ],
)
def test_a_verdict_that_says_too_little(world: World, work: Contribution, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(DatabaseError, match=words):
        insert("contributions_pendingverdict", verdict_row(world, work, **changed))


def test_only_who_has_it_in_hand_judges(world: World, work: Contribution) -> None:
    with pytest.raises(DatabaseError, match="in review by its reviewer"):
        insert("contributions_pendingverdict", verdict_row(world, work, reviewer_id=world.maintainer.pk))
    insert("contributions_pendingverdict", verdict_row(world, work))
    with pytest.raises(DatabaseError, match="contributions_pendingverdict_pkey"):
        insert("contributions_pendingverdict", verdict_row(world, work))


def test_nothing_waits_on_work_that_is_not_in_review(world: World, work: Contribution) -> None:
    Contribution.objects.filter(pk=work.pk).update(state="submitted", reviewer=None, taken_at=None)
    with pytest.raises(DatabaseError, match="in review by its reviewer"):
        insert("contributions_pendingverdict", verdict_row(world, work))


@pytest.mark.parametrize("to", ["submitted", "approved", "returned", "rejected", "withdrawn"])
def test_work_stays_in_review_while_its_verdict_waits(world: World, work: Contribution, to: str) -> None:
    give_verdict(contribution=work, by=world.reviewer, verdict="returned", reason="Why?", now=world.now)
    with pytest.raises(DatabaseError, match="stays in review until then"), transaction.atomic():
        Contribution.objects.filter(pk=work.pk).update(state=to)
    with pytest.raises(DatabaseError, match="stays in review until then"), transaction.atomic():
        Contribution.objects.filter(pk=work.pk).update(reviewer=world.maintainer)


@pytest.mark.parametrize("changed", [{"rubric": 5}, {"effective_at": "2030-01-01T00:00:00Z"}, {"verdict": "approved"}])
def test_a_verdict_is_undone_and_not_changed(world: World, work: Contribution, changed: dict[str, Any]) -> None:
    give_verdict(contribution=work, by=world.reviewer, verdict="returned", reason="Why?", now=world.now)
    with pytest.raises(DatabaseError, match="given anew, not changed|pending_verdict"), transaction.atomic():
        PendingVerdict.objects.update(**changed)


def test_a_phrase_is_short_and_kept_once(world: World) -> None:
    kept = add_snippet(by=world.reviewer, words="Which photos?", now=world.now)
    for words, name in (
        ("", "feedback_snippet_says_something"),
        ("x" * 501, "feedback_snippet_is_short"),
        ("Which photos?", "feedback_snippet_kept_once"),
    ):
        with pytest.raises(DatabaseError, match=name), transaction.atomic():
            FeedbackSnippet.objects.create(subject=world.reviewer, words=words, created_at=world.now)
    assert FeedbackSnippet.objects.get() == kept
