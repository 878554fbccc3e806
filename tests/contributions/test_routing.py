"""Giving work to reviewers: to whom, reminding, passing on, and what too much waiting stops."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Subject
from contributions.models import Contribution, ReviewAssignment
from contributions.rules_routing import Candidate, choose_reviewer
from contributions.services import EntryInput, approve_contribution, log_hours, withdraw_contribution
from contributions.services.routing import route_reviews
from core.deliveries import deliver_until_empty
from core.ids import uuid7
from guilds.services import grant_right, publish_policy
from notices.models import Notice
from projects.models import Project, UnreviewedWork
from projects.services import TooMuchWaits, claim_task, draft_task, publish_task
from tests.factories import World, make_task, make_world

pytestmark = pytest.mark.django_db

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def chosen(*people: Candidate, **more: object) -> UUID | None:
    values = {"role": "code", "skills": ["gis"], "not_these": [], "reciprocal": [], **more}
    return choose_reviewer(UUID(int=9), people, **values)  # type: ignore[arg-type]


def test_the_fitting_one_with_the_least_in_hand() -> None:
    coder = Candidate(A, frozenset({"code"}), frozenset({"gis"}))
    assert chosen(coder, Candidate(B)) == A
    assert chosen(Candidate(A, frozenset({"code"}), load=3), Candidate(B)) == B, "the best is not buried"
    assert chosen(Candidate(A, load=1), Candidate(B)) == B
    assert chosen() is None


def test_never_ones_own_and_not_the_other_of_a_pair_while_somebody_else_can() -> None:
    assert chosen(Candidate(A), not_these=[A]) is None
    assert chosen(Candidate(A, frozenset({"code"})), Candidate(B, load=9), reciprocal=[A]) == B
    assert chosen(Candidate(A), reciprocal=[A]) == A, "better a reviewer of a pair than none"


def test_equal_ones_are_spread_and_always_chosen_alike() -> None:
    people = [Candidate(UUID(int=n)) for n in range(1, 6)]
    picks = [choose_reviewer(uuid7(), people, role="", skills=[], not_these=[], reciprocal=[]) for _ in range(200)]
    assert len(set(picks)) == 5
    work = uuid7()
    args = {"role": "", "skills": [], "not_these": [], "reciprocal": []}
    assert len({choose_reviewer(work, order, **args) for order in (people, people[::-1])}) == 1  # type: ignore[arg-type]


def handed_in(w: World, by: Subject | None = None, minutes: int = 60) -> Contribution:
    now = w.later(minutes=5)
    entry = EntryInput(now.date(), minutes, None)
    return log_hours(
        by=by or w.contributor, client_id=uuid7(), task=w.open_work, entries=[entry], note="n", now=now
    ).contribution


def deliver(w: World) -> None:
    for consumer in ("contributions.count_waiting", "contributions.tell_of_routing"):
        deliver_until_empty(consumer, now=w.now + timedelta(seconds=1))


def open_one(work: Contribution) -> ReviewAssignment:
    return ReviewAssignment.objects.get(contribution=work, ended_at=None)


def test_work_is_given_once_and_spread_by_load() -> None:
    w = make_world()
    works = [handed_in(w) for _ in range(6)]
    assert route_reviews(now=w.now) == 6
    assert route_reviews(now=w.now) == 0
    counts = [ReviewAssignment.objects.filter(reviewer=p).count() for p in (w.reviewer, w.maintainer, w.steward)]
    assert counts == [2, 2, 2]
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewAssignment.objects.create(contribution=works[0], reviewer=w.reviewer, assigned_at=w.now)
    deliver(w)
    assert Notice.objects.filter(kind="review_assigned").count() == 6


def test_a_reviewers_own_work_goes_to_another() -> None:
    w = make_world()
    work = handed_in(w, by=w.reviewer)
    route_reviews(now=w.now)
    assert open_one(work).reviewer_id in (w.maintainer.pk, w.steward.pk)


def test_of_two_who_judge_each_other_neither_is_given_the_others_work() -> None:
    w = make_world()
    grant_right(guild=w.guild, subject=w.contributor, right="reviewer", by=w.steward, now=w.now)
    approve_contribution(contribution=handed_in(w), by=w.reviewer, rubric=3, minutes=60, now=w.later(minutes=1))
    approve_contribution(
        contribution=handed_in(w, by=w.reviewer), by=w.contributor, rubric=3, minutes=60, now=w.later(minutes=1)
    )
    works = [handed_in(w, minutes=30) for _ in range(4)]
    route_reviews(now=w.now)
    assert w.reviewer.pk not in {open_one(work).reviewer_id for work in works}


def test_the_clock_reminds_passes_on_and_tells_the_stewards() -> None:
    w = make_world()
    work = handed_in(w)
    route_reviews(now=w.now)
    first = open_one(work)
    for days, reminded in ((4, False), (6, True)):
        route_reviews(now=w.now + timedelta(days=days))
        first.refresh_from_db()
        assert (first.reminded_at is not None) is reminded
    route_reviews(now=w.now + timedelta(days=8))
    first.refresh_from_db()
    assert (first.ended_for, open_one(work).reviewer_id == first.reviewer_id) == ("passed_on", False)
    for _twice in range(2):
        route_reviews(now=w.now + timedelta(days=16))
    deliver_until_empty("contributions.tell_of_routing", now=w.now + timedelta(days=17))
    assert Notice.objects.filter(kind="review_overdue", subject=w.steward).count() == 1
    assert Notice.objects.filter(kind="review_reminded").count() >= 1


def test_what_is_decided_or_withdrawn_waits_for_nobody() -> None:
    w = make_world()
    decided, gone = handed_in(w), handed_in(w, minutes=30)
    route_reviews(now=w.now)
    by = Subject.objects.get(pk=open_one(decided).reviewer_id)
    approve_contribution(contribution=decided, by=by, rubric=3, minutes=60, now=w.later(minutes=1))
    withdraw_contribution(contribution=gone, by=w.contributor, now=w.now)
    route_reviews(now=w.later(minutes=1))
    ended = dict(ReviewAssignment.objects.values_list("contribution_id", "ended_for"))
    assert ended == {decided.pk: "decided", gone.pk: "gone"}


def test_five_pieces_that_wait_stop_taking_tasks_and_never_logging() -> None:
    w = make_world()
    for _ in range(5):
        handed_in(w, minutes=10)
    deliver(w)
    assert UnreviewedWork.objects.get(subject=w.contributor).pieces == 5
    task = make_task(w, w.maintainer, w.now)
    with pytest.raises(TooMuchWaits, match="5 pieces"):
        claim_task(task=task, by=w.contributor, now=w.now)
    one_more = handed_in(w, minutes=10)
    assert one_more.state == "submitted"
    for work in Contribution.objects.filter(state="submitted")[:2]:
        approve_contribution(contribution=work, by=w.reviewer, rubric=3, minutes=10, now=w.later(minutes=1))
    deliver(w)
    assert claim_task(task=task, by=w.contributor, now=w.now).state == "claimed"


def test_a_project_whose_reviewers_are_behind_publishes_no_tasks() -> None:
    w = make_world()
    publish_policy(guild=w.guild, by=w.steward, now=w.now, review_debt_hours=2)
    works = [handed_in(w, minutes=75) for _ in range(2)]
    deliver(w)
    assert Project.objects.get(pk=w.project.pk).review_debt_minutes == 150
    draft = draft_task(project=w.project, by=w.maintainer, now=w.now, title="Another")
    with pytest.raises(TooMuchWaits, match="2 hours"):
        publish_task(task=draft, by=w.maintainer, now=w.now)
    draft.refresh_from_db()
    assert draft.state == "draft"
    approve_contribution(contribution=works[0], by=w.reviewer, rubric=3, minutes=75, now=w.later(minutes=1))
    deliver(w)
    assert publish_task(task=draft, by=w.maintainer, now=w.now).state == "published"
