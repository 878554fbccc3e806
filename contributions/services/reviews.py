"""Judging work: take it, then return, approve or reject it with words; points follow in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_people
from contributions.models import Contribution, Review
from contributions.permissions import check_can_review
from contributions.rules import CREDITED
from contributions.services.credit import award_for, pay_for_review, take_weeks, weeks_used
from contributions.services.looks import ask_for_second_look
from contributions.services.steps import (
    event_of,
    locked_contribution,
    minutes_of,
    move_task,
    note_event,
    stop_counting,
)
from core.errors import DomainError
from core.events import record_events
from core.ids import uuid7
from core.transitions import change_state
from guilds.queries import current_policy
from projects.models import Task
from reputation.rules import Award, PointPolicy, ReviewPay, vests_on
from reputation.services import TransferRequest, approval_transfers, review_pay_transfers, transfer


class AlreadyDecided(DomainError):
    """Somebody gave the verdict before."""

    code = "already_decided"


class TakenByAnother(DomainError):
    """Another reviewer has this contribution in hand."""

    code = "taken_by_another"


class VerdictPending(DomainError):
    """A verdict was given and waits to be posted."""

    code = "verdict_pending"
    status = 409


class VerdictIncomplete(DomainError):
    """The verdict lacks a rubric, minutes, a reason or a next step."""

    code = "verdict_incomplete"


@dataclass(frozen=True)
class Approval:
    """What an approval brought: the review and the award with its arithmetic."""

    review: Review
    award: Award


@transaction.atomic
def take_review(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """Take a contribution out of the queue; the clock of the review's pay starts. Twice is once.

    Raises TakenByAnother while another reviewer has it and their days are not over.
    """
    contribution, ids = _locked_without_verdict(contribution, by=by, now=now)
    take(contribution, by=by, ids=ids, now=now)
    return contribution


@transaction.atomic
def release_review(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """Put a taken contribution back into the queue."""
    contribution, ids = _locked_without_verdict(contribution, by=by, now=now)
    if contribution.state == Contribution.State.IN_REVIEW and contribution.reviewer_id in (*ids, None):
        contribution.reviewer = contribution.taken_at = None
        change_state(contribution, Contribution.State.SUBMITTED, actor=by.pk, now=now, also=["reviewer", "taken_at"])
    return contribution


@transaction.atomic
def approve_contribution(
    *,
    contribution: Contribution,
    by: Subject,
    rubric: int,
    minutes: int,
    now: datetime,
    reason: str = "",
    is_task_done: bool = True,
) -> Approval:
    """Approve `minutes` of claimed work at a rubric of 2 to 5; posts REP, PTS and the reviewer's pay at once.

    `is_task_done` False keeps the task with its person for more work. Raises SelfReview, PermissionRefused,
    AlreadyDecided, TakenByAnother, VerdictIncomplete.
    """
    contribution, ids = _locked_without_verdict(contribution, by=by, now=now)
    check_approval(contribution, rubric, minutes)
    take(contribution, by=by, ids=ids, now=now)
    guild_policy = current_policy(contribution.guild_id, now)
    policy = PointPolicy.of(guild_policy)
    award = award_for(contribution, rubric=rubric, minutes_approved=minutes, policy=policy)
    review, pay = _write_review(
        contribution,
        Review.Verdict.APPROVED,
        by=by,
        now=now,
        policy=policy,
        rubric=rubric,
        minutes=minutes,
        reason=reason,
    )
    _credit(contribution, award)
    contribution.decided_at = now
    change_state(
        contribution,
        Contribution.State.APPROVED,
        actor=by.pk,
        now=now,
        also=["decided_at", "points", "minutes_counted", "minutes_credited"],
    )
    vests = vests_on(now, zone=contribution.guild.timezone, vesting_days=guild_policy.vesting_days)
    transfer([*_earned(contribution, award, policy, now, vests), *_paid(review, pay, policy, now, vests)], now=now)
    ask_for_second_look(review, contribution, guild_policy, now=now)
    move_task(contribution, Task.State.ACCEPTED if is_task_done else Task.State.CLAIMED, actor=by.pk, now=now)
    note_event(
        "contribution.approved",
        contribution,
        actor=by.pk,
        now=now,
        with_task=True,
        review=review.pk,
        minutes=minutes,
        points=award.points,
        policy_version=policy.version,
    )
    return Approval(review, award)


@transaction.atomic
def return_contribution(
    *, contribution: Contribution, by: Subject, reason: str, now: datetime, rubric: int | None = None
) -> Review:
    """Give work back with a question or a wish; its hours are kept and can be handed in again."""
    contribution, ids = _locked_without_verdict(contribution, by=by, now=now)
    check_return(reason)
    take(contribution, by=by, ids=ids, now=now)
    review = _refuse(contribution, Review.Verdict.RETURNED, by=by, now=now, reason=reason, rubric=rubric)
    change_state(contribution, Contribution.State.RETURNED, actor=by.pk, now=now)
    stop_counting(contribution)
    move_task(contribution, Task.State.RETURNED, actor=by.pk, now=now)
    note_event("contribution.returned", contribution, actor=by.pk, now=now, review=review.pk)
    return review


@transaction.atomic
def reject_contribution(
    *,
    contribution: Contribution,
    by: Subject,
    reason: str,
    next_step: str,
    now: datetime,
    rubric: int | None = None,
) -> Review:
    """Not accept work, with a reason and what could be done next. Final; the hours can go into a new contribution."""
    contribution, ids = _locked_without_verdict(contribution, by=by, now=now)
    check_rejection(reason, next_step)
    take(contribution, by=by, ids=ids, now=now)
    review = _refuse(
        contribution, Review.Verdict.REJECTED, by=by, now=now, reason=reason, rubric=rubric, next_step=next_step
    )
    contribution.decided_at = now
    change_state(contribution, Contribution.State.REJECTED, actor=by.pk, now=now, also=["decided_at"])
    stop_counting(contribution)
    move_task(contribution, Task.State.CLAIMED, actor=by.pk, now=now)
    note_event("contribution.rejected", contribution, actor=by.pk, now=now, review=review.pk)
    return review


def _earned(
    contribution: Contribution, award: Award, policy: PointPolicy, now: datetime, vests: date
) -> list[TransferRequest]:
    return approval_transfers(
        source_kind="contribution",
        source_id=contribution.pk,
        guild=contribution.guild_id,
        subject=contribution.subject_id,
        points=award.points,
        policy_version=policy.version,
        arithmetic=award.arithmetic,
        effective_at=now,
        vests_on=vests,
    )


def _paid(review: Review, pay: ReviewPay, policy: PointPolicy, now: datetime, vests: date) -> list[TransferRequest]:
    if review.reviewer_id is None:
        return []
    return review_pay_transfers(
        source_kind="review",
        source_id=review.pk,
        guild=review.contribution.guild_id,
        subject=review.reviewer_id,
        points=pay.points,
        policy_version=policy.version,
        arithmetic=pay.arithmetic,
        effective_at=now,
        vests_on=vests,
    )


def _refuse(
    contribution: Contribution,
    verdict: str,
    *,
    by: Subject,
    now: datetime,
    reason: str,
    rubric: int | None,
    next_step: str = "",
) -> Review:
    """A verdict without points for the contributor; the reviewer is paid all the same."""
    guild_policy = current_policy(contribution.guild_id, now)
    policy = PointPolicy.of(guild_policy)
    review, pay = _write_review(
        contribution, verdict, by=by, now=now, policy=policy, rubric=rubric, reason=reason, next_step=next_step
    )
    vests = vests_on(now, zone=contribution.guild.timezone, vesting_days=guild_policy.vesting_days)
    transfer(_paid(review, pay, policy, now, vests), now=now)
    return review


def _write_review(
    contribution: Contribution,
    verdict: str,
    *,
    by: Subject,
    now: datetime,
    policy: PointPolicy,
    rubric: int | None,
    minutes: int | None = None,
    reason: str = "",
    next_step: str = "",
) -> tuple[Review, ReviewPay]:
    taken_at = contribution.taken_at or now
    pay = pay_for_review(
        reviewer=by.pk,
        guild_id=contribution.guild_id,
        zone=contribution.guild.timezone,
        taken_at=taken_at,
        now=now,
        policy=policy,
    )
    review = Review.objects.create(
        id=uuid7(),
        contribution=contribution,
        contributor_id=contribution.subject_id,
        reviewer=by,
        verdict=verdict,
        rubric=rubric,
        minutes_approved=minutes,
        reason=reason.strip(),
        next_step=next_step.strip(),
        policy_version=policy.version,
        points_paid=pay.points,
        taken_at=taken_at,
        decided_at=now,
    )
    return review, pay


def _credit(contribution: Contribution, award: Award) -> None:
    """Write the award on the contribution and take its weeks; both under the person's lock."""
    ids = linked_subjects(contribution.subject_id)
    before = weeks_used(ids, contribution.guild_id, set(award.weeks))
    take_weeks(ids[0], contribution.guild_id, before, dict(award.weeks))
    contribution.points = award.points
    contribution.minutes_counted = award.counted_minutes
    contribution.minutes_credited = award.credited_minutes


def check_return(reason: str) -> None:
    """Returned work comes with words. Raises VerdictIncomplete."""
    if not reason.strip():
        raise VerdictIncomplete(_("Say what is missing, so that the contributor knows what to do."))


def check_rejection(reason: str, next_step: str) -> None:
    """Work that is not accepted comes with words and a way on. Raises VerdictIncomplete."""
    if not reason.strip() or not next_step.strip():
        raise VerdictIncomplete(_("Not accepting work needs a reason and a next step for the contributor."))


def check_approval(contribution: Contribution, rubric: int, minutes: int) -> int:
    """An approval has a rubric of 2 to 5 and at most the minutes claimed, which are returned. Raises VerdictIncomplete."""
    if not 2 <= rubric <= 5:
        raise VerdictIncomplete(
            _("An approval needs a rubric of 2 to 5. A rubric of 1 means: return it, or don't accept it.")
        )
    claimed = minutes_of(contribution)
    if not 1 <= minutes <= claimed:
        raise VerdictIncomplete(
            _("Approve between 1 and %(claimed)s minutes, which is what was claimed.") % {"claimed": claimed}
        )
    return claimed


def _locked_without_verdict(
    contribution: Contribution, *, by: Subject, now: datetime
) -> tuple[Contribution, Sequence[UUID]]:
    """The same, while no verdict waits to be posted. Raises VerdictPending."""
    contribution, ids = locked_for_review(contribution, by=by, now=now)
    if getattr(contribution, "pending_verdict", None) is not None:
        raise VerdictPending(
            _("A verdict on this was given just now. Until it is posted, whoever gave it can undo it.")
        )
    return contribution, ids


def locked_for_review(contribution: Contribution, by: Subject, now: datetime) -> tuple[Contribution, Sequence[UUID]]:
    """The contribution under the locks of both people, open to a verdict by `by`; and all of the reviewer's ids."""
    ids = lock_people([contribution.subject_id, by.pk], by=by.pk)[by.pk]
    contribution = locked_contribution(contribution)
    check_can_review(by, contribution, now, ids=ids)
    state = Contribution.State
    if contribution.state in CREDITED or contribution.state == state.REJECTED:
        raise AlreadyDecided(
            _("This was decided already: it is “%(state)s”.") % {"state": contribution.get_state_display()}
        )
    if contribution.state not in (state.SUBMITTED, state.IN_REVIEW):
        raise AlreadyDecided(
            _("This is “%(state)s” and not in the queue.") % {"state": contribution.get_state_display()}
        )
    return contribution, ids


def take(contribution: Contribution, by: Subject, ids: Sequence[UUID], now: datetime) -> None:
    """Put it into the reviewer's hands (`ids` are all theirs), unless it is there. Raises TakenByAnother."""
    taken = event_of("contribution.taken", contribution, actor=by.pk, now=now)
    if contribution.state == Contribution.State.IN_REVIEW:
        if contribution.reviewer_id in ids:
            return
        days = current_policy(contribution.guild_id, now).review_reassign_days
        if contribution.taken_at and contribution.taken_at + timedelta(days=days) > now:
            raise TakenByAnother(
                _("Another reviewer has taken this. It is free again after %(days)s days.") % {"days": days}
            )
        contribution.reviewer, contribution.taken_at = by, now
        record_events([taken], now=now, changed=(contribution, ["reviewer", "taken_at"]))
    else:
        contribution.reviewer, contribution.taken_at = by, now
        also = ["reviewer", "taken_at"]
        change_state(contribution, contribution.State.IN_REVIEW, actor=by.pk, now=now, also=also, telling=[taken])
