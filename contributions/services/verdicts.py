"""Giving a verdict, taking it back, and posting it: between the first and the last a reviewer can change their mind.

A verdict given is a `PendingVerdict`; a sweep posts it when the policy's `verdict_undo_seconds` are over, with the time at which
it was given: its reviewer's pay, the policy, the ledger's dates are those of the decision and not of the sweep. What can't
be posted any more goes back to the queue, and its reviewer hears why.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_people, same_person
from contributions.models import Contribution, PendingVerdict, Review
from contributions.permissions import check_reviewer_of
from contributions.services.reviews import (
    Approval,
    VerdictIncomplete,
    VerdictPending,
    approve_contribution,
    check_approval,
    check_rejection,
    check_return,
    locked_for_review,
    reject_contribution,
    return_contribution,
    take,
)
from contributions.services.steps import drop_verdict, locked_contribution
from core.conflicts import despite_conflicts
from core.errors import DomainError, PermissionRefused, TransitionRefused
from core.transitions import change_state
from core.writes import fresh, insert_row
from guilds.queries import current_policy

logger = logging.getLogger(__name__)

REASON_MOST, NEXT_STEP_MOST = 4000, 2000


class NotOneBatch(DomainError):
    """Only small pieces of one task are judged together."""

    code = "not_one_batch"


@dataclass(frozen=True)
class GivenVerdict:
    """What became of a verdict on one contribution: it waits, was posted at once, or was refused in words."""

    contribution: Contribution
    pending: PendingVerdict | None = None
    review: Review | None = None
    points: int = 0
    refusal: str = ""


@transaction.atomic
def give_verdict(
    *,
    contribution: Contribution,
    by: Subject,
    verdict: str,
    now: datetime,
    rubric: int | None = None,
    minutes: int | None = None,
    reason: str = "",
    next_step: str = "",
    is_task_done: bool = True,
) -> GivenVerdict:
    """Decide on somebody's work: `approved` (rubric 2 to 5, minutes), `returned` (reason), `rejected` (reason, next step).

    It waits in review until it is posted; with `verdict_undo_seconds` 0 it is posted at once. The same verdict twice is
    one. Raises SelfReview, PermissionRefused, AlreadyDecided, TakenByAnother, VerdictIncomplete, and VerdictPending
    while another verdict waits to be posted.
    """
    contribution, ids = locked_for_review(contribution, by=by, now=now)
    known = getattr(contribution, "pending_verdict", None)
    is_approval = verdict == Review.Verdict.APPROVED
    given = fresh(
        PendingVerdict,
        contribution_id=contribution.pk,
        reviewer_id=by.pk,
        verdict=verdict,
        rubric=rubric,
        minutes_approved=minutes if is_approval else None,
        reason=reason.strip(),
        next_step=next_step.strip() if verdict == Review.Verdict.REJECTED else "",
        is_task_done=is_task_done,
        given_at=now,
    )
    given.contribution, given.reviewer = contribution, by
    if known is not None:
        return GivenVerdict(contribution, _same_verdict(known, given))
    _check_complete(given)
    take(contribution, by=by, ids=ids, now=now)
    seconds = current_policy(contribution.guild_id, now).verdict_undo_seconds
    if not seconds:
        return _post(given)
    given.reviewer_id = contribution.reviewer_id or by.pk
    given.effective_at = now + timedelta(seconds=seconds)
    insert_row(given)
    return GivenVerdict(contribution, given)


@transaction.atomic
def give_verdicts(
    *,
    contributions: Sequence[Contribution],
    by: Subject,
    verdict: str,
    now: datetime,
    rubric: int | None = None,
    reason: str = "",
    next_step: str = "",
    is_task_done: bool = True,
) -> list[GivenVerdict]:
    """One verdict on several small pieces of one task, approved at the minutes claimed; each stands for itself.

    A piece that can't be judged is refused in words and stops no other. Raises PermissionRefused, and NotOneBatch for
    pieces of different tasks or of more than the policy's `review_batch_minutes` together.
    """
    found = Contribution.objects.filter(pk__in=[work.pk for work in contributions]).select_related("guild", "task")
    works = list(found.annotate(minutes=Sum("entries__minutes")).order_by("submitted_at", "pk"))
    if not works:
        return []
    ids = linked_subjects(by.pk)
    for guild in {work.guild_id: work.guild for work in works}.values():
        check_reviewer_of(by, guild, now, ids=ids)
    _check_one_batch(works, now)
    lock_people([by.pk, *(work.subject_id for work in works)], by=by.pk)
    outcomes = []
    for work in works:
        try:
            with transaction.atomic():
                given = give_verdict(
                    contribution=work,
                    by=by,
                    verdict=verdict,
                    now=now,
                    rubric=rubric,
                    minutes=work.minutes,
                    reason=reason,
                    next_step=next_step,
                    is_task_done=is_task_done,
                )
        except DomainError as refusal:
            given = GivenVerdict(work, refusal=refusal.message)
        outcomes.append(given)
    return outcomes


@transaction.atomic
def undo_verdict(*, contribution: Contribution, by: Subject) -> None:
    """Take back one's own verdict before it is posted; the work stays in the reviewer's hands. Twice is once.

    Raises PermissionRefused for anybody else, TransitionRefused when it is posted by now. Waits for a sweep that is posting it.
    """
    pending = PendingVerdict.objects.select_for_update().filter(pk=contribution.pk).first()
    if pending is None:
        state = Contribution.objects.get(pk=contribution.pk).state
        if state in (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW):
            return
        raise TransitionRefused(_("This verdict is posted by now and can't be undone any more."))
    if not same_person(by.pk, pending.reviewer_id):
        raise PermissionRefused(_("Only whoever gave a verdict can undo it."))
    pending.delete()


def post_due_verdicts(*, now: datetime, limit: int = 2000) -> int:
    """Post every verdict whose time to be undone is over, each in a transaction of its own; returns how many were posted.

    Safe to run twice and beside itself, and to be killed anywhere. One that fails for no reason a person could mend is
    logged and stays; it stops no other.
    """
    due = PendingVerdict.objects.filter(effective_at__lte=now).order_by("effective_at", "pk")
    posted = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        try:
            posted += despite_conflicts(partial(post_verdict, contribution_id=pk, now=now))
        except (OperationalError, InterfaceError):
            raise  # the database went away, or chose this one to end a deadlock again and again: the job tries again
        except Exception:
            logger.exception("The verdict on contribution %s could not be posted; it stays for the next sweep.", pk)
    return posted


@transaction.atomic
def post_verdict(*, contribution_id: UUID, now: datetime) -> bool:
    """Post one due verdict, or put its work back into the queue if that can't be any more; whether it was posted."""
    pending = PendingVerdict.objects.select_related("contribution").filter(pk=contribution_id).first()
    if pending is None or not _is_ours_to_post(contribution_id):
        return False
    lock_people([pending.contribution.subject_id, pending.reviewer_id])
    contribution = locked_contribution(pending.contribution)
    same = PendingVerdict.objects.filter(pk=contribution_id, given_at=pending.given_at, effective_at__lte=now)
    found = same.select_for_update(of=("self",)).select_related("reviewer", "contribution").first()
    if found is None:
        return False  # undone, withdrawn, or posted by somebody else while we waited
    try:
        with transaction.atomic():
            PendingVerdict.objects.filter(pk=contribution_id).delete()
            _post(found)
    except DomainError as refusal:
        _put_back(contribution, refusal.code, now)
        return False
    return True


def _is_ours_to_post(contribution_id: UUID) -> bool:
    """Whether no other sweep is posting it. Nobody ever waits for this lock, so it is part of no ring."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"contributions.verdict:{contribution_id}"]
        )
        return bool(cursor.fetchone()[0])


def _post(given: PendingVerdict) -> GivenVerdict:
    """Turn it into a Review with all that follows, as of the moment it was given."""
    contribution, by, now = given.contribution, given.reviewer, given.given_at
    if given.verdict == Review.Verdict.APPROVED:
        approval: Approval = approve_contribution(
            contribution=contribution,
            by=by,
            rubric=given.rubric or 0,
            minutes=given.minutes_approved or 0,
            now=now,
            reason=given.reason,
            is_task_done=given.is_task_done,
        )
        return GivenVerdict(contribution, review=approval.review, points=approval.award.points)
    if given.verdict == Review.Verdict.RETURNED:
        review = return_contribution(
            contribution=contribution, by=by, reason=given.reason, now=now, rubric=given.rubric
        )
    else:
        review = reject_contribution(
            contribution=contribution,
            by=by,
            reason=given.reason,
            next_step=given.next_step,
            now=now,
            rubric=given.rubric,
        )
    return GivenVerdict(contribution, review=review)


def _put_back(contribution: Contribution, why: str, now: datetime) -> None:
    """Into the queue again, for any reviewer; `drop_verdict` tells the one whose verdict it was."""
    drop_verdict(contribution, why, now)
    if contribution.state == Contribution.State.IN_REVIEW:
        contribution.reviewer = contribution.taken_at = None
        change_state(contribution, Contribution.State.SUBMITTED, actor=None, now=now, also=["reviewer", "taken_at"])


def _same_verdict(known: PendingVerdict, given: PendingVerdict) -> PendingVerdict:
    """The one that waits, when this is the same said twice (a button pressed twice, an answer lost)."""
    fields = ("reviewer_id", "verdict", "rubric", "minutes_approved", "reason", "next_step", "is_task_done")
    if any(getattr(known, name) != getattr(given, name) for name in fields):
        raise VerdictPending(
            _("A verdict on this was given just now. Until it is posted, whoever gave it can undo it.")
        )
    return known


def _check_complete(given: PendingVerdict) -> None:
    if len(given.reason) > REASON_MOST or len(given.next_step) > NEXT_STEP_MOST:
        raise VerdictIncomplete(
            _("That is too long: %(reason)s characters for your words, %(next_step)s for the next step.")
            % {"reason": REASON_MOST, "next_step": NEXT_STEP_MOST}
        )
    if given.verdict == Review.Verdict.APPROVED:
        rubric, minutes = given.rubric or 0, given.minutes_approved or 0
        claimed = check_approval(given.contribution, rubric, minutes)
        if not given.reason and minutes < claimed:
            raise VerdictIncomplete(
                _("You count fewer minutes than were claimed. Say why; the contributor reads it beside the number.")
            )
    elif given.verdict == Review.Verdict.RETURNED:
        check_return(given.reason)
    elif given.verdict == Review.Verdict.REJECTED:
        check_rejection(given.reason, given.next_step)
    else:
        raise VerdictIncomplete(_("A verdict approves, returns or does not accept."))


def _check_one_batch(works: Sequence[Any], now: datetime) -> None:
    if len(works) == 1:
        return
    if len({work.task_id for work in works}) > 1:
        raise NotOneBatch(_("Only work on one task is judged together. Nothing was decided."))
    most = current_policy(works[0].guild_id, now).review_batch_minutes
    if sum(work.minutes for work in works) > most:
        raise NotOneBatch(
            _("At most %(most)s minutes are judged together. Tick fewer pieces; nothing was decided.") % {"most": most}
        )
