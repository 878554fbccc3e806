"""What a panel's decision changes: the verdict, the credit, the ledger, the reviewer's pay. Under the locks of the case."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.queries import linked_subjects
from contributions.models import Challenge, Contribution, Review
from contributions.services.credit import award_for, take_weeks, weeks_used
from contributions.services.steps import stop_counting
from core.ids import uuid7
from core.transitions import change_state
from guilds.models import Policy
from reputation.models import PendingPoints, Transfer
from reputation.rules import Award, IsoWeek, PointPolicy, WeekUse, vests_on
from reputation.services import TransferRequest, correction_transfers, hold_points, reversal_transfers, transfer


def keep(challenge: Challenge, *, now: datetime) -> None:
    """The verdict stands: what waited for the decision waits for its day again, and what had vested is vested."""
    work = challenge.contribution
    hold_points([("contribution", work.pk), ("review", challenge.review_id)], "")
    if work.state == Contribution.State.REJECTED:
        return
    change_state(work, Contribution.State.UPHELD, actor=None, now=now)
    waits = PendingPoints.objects.filter(transfer__source_kind="contribution", transfer__source_id=work.pk)
    if not waits.exists() and work.points:
        change_state(work, Contribution.State.VESTED, actor=None, now=now)


def correct(challenge: Challenge, rubric: int, minutes: int, *, reasons: str, now: datetime) -> Review:
    """Approve anew with the panel's numbers, by the policy of the disputed verdict; what that one brought is taken back.

    The week is not opened again: what the correction counts beyond the disputed verdict is added to it, what it counts
    less stays used.
    """
    work, policy = challenge.contribution, _policy(challenge)
    own = _own_weeks(work)
    award = award_for(work, rubric=rubric, minutes_approved=minutes, policy=PointPolicy.of(policy), own=own)
    review = _write_review(challenge, Review.Verdict.APPROVED, reasons, now=now, rubric=rubric, minutes=minutes)
    if work.state == Contribution.State.REJECTED:
        _count_again(work)
    extra = _take_more(work, own, award)
    work.minutes_counted = (work.minutes_counted or 0) + extra
    work.minutes_credited, work.points, work.decided_at = award.credited_minutes, award.points, now
    fields = ["decided_at", "points", "minutes_counted", "minutes_credited"]
    change_state(work, Contribution.State.APPROVED, actor=None, now=now, also=fields)
    earned = correction_transfers(
        source_kind="contribution",
        source_id=work.pk,
        guild=work.guild_id,
        subject=work.subject_id,
        points=award.points,
        policy_version=policy.version,
        arithmetic=award.arithmetic,
        effective_at=challenge.review.decided_at,
        vests_on=vests_on(now, zone=work.guild.timezone, vesting_days=policy.vesting_days),
    )
    transfer([*_taken_back(challenge, why="corrected"), *earned], now=now)
    return review


def take_all_back(challenge: Challenge, *, reasons: str, next_step: str, now: datetime) -> Review:
    """Nothing of it is accepted: what it brought is taken back, and its hours no longer stand against the day."""
    work = challenge.contribution
    review = _write_review(challenge, Review.Verdict.REJECTED, reasons, now=now, next_step=next_step)
    if work.state == Contribution.State.CHALLENGED:
        change_state(work, Contribution.State.REVERSED, actor=None, now=now)
        stop_counting(work)
    transfer(_taken_back(challenge, why="overturned"), now=now)
    return review


def _taken_back(challenge: Challenge, *, why: str) -> list[TransferRequest]:
    """Everything the disputed verdict brought: to the contributor, and to its reviewer, who was paid for it."""
    sources = [("contribution", challenge.contribution_id), ("review", challenge.review_id)]
    return reversal_transfers(sources, why=why)


def _write_review(
    challenge: Challenge,
    verdict: str,
    reasons: str,
    *,
    now: datetime,
    rubric: int | None = None,
    minutes: int | None = None,
    next_step: str = "",
) -> Review:
    """The panel's verdict in the place of the disputed one, which stays to be read."""
    disputed = challenge.review
    disputed.overturned_at = now
    disputed.save(update_fields=["overturned_at"])
    return Review.objects.create(
        id=uuid7(),
        contribution=challenge.contribution,
        contributor_id=challenge.contribution.subject_id,
        basis=Review.Basis.QUORUM,
        verdict=verdict,
        rubric=rubric,
        minutes_approved=minutes,
        reason=reasons,
        next_step=next_step,
        policy_version=disputed.policy_version,
        taken_at=challenge.drawn_at or now,
        decided_at=now,
    )


def _policy(challenge: Challenge) -> Policy:
    """The numbers under which the disputed verdict was given: a correction applies no later ones."""
    return Policy.objects.get(guild_id=challenge.guild_id, version=challenge.review.policy_version)


def _own_weeks(work: Contribution) -> dict[IsoWeek, WeekUse]:
    """What the disputed approval took of each week, as its arithmetic in the ledger says; nothing without points."""
    posted = Transfer.objects.filter(
        source_kind="contribution", source_id=work.pk, reason="contribution_approved"
    ).first()
    weeks = posted.arithmetic.get("weeks", []) if posted else []
    return {
        (int(week["week"][:4]), int(week["week"][-2:])): WeekUse(week["full_minutes"], week["half_minutes"])
        for week in weeks
    }


def _take_more(work: Contribution, own: dict[IsoWeek, WeekUse], award: Award) -> int:
    """Add to the weeks what the correction counts beyond what was taken; returns those minutes."""
    ids = linked_subjects(work.subject_id)
    used = weeks_used(ids, work.guild_id, set(award.weeks))
    after, extra = {}, 0
    for week, use in award.weeks.items():
        before, mine = used[week], own.get(week, WeekUse())
        free = WeekUse(before.full_minutes - mine.full_minutes, before.half_minutes - mine.half_minutes)
        full = max(0, use.full_minutes - free.full_minutes - mine.full_minutes)
        half = max(0, use.half_minutes - free.half_minutes - mine.half_minutes)
        after[week] = WeekUse(before.full_minutes + full, before.half_minutes + half)
        extra += full + half
    take_weeks(ids[0], work.guild_id, used, after)
    return extra


def _count_again(work: Contribution) -> None:
    """Hours that a panel accepts stand against their day again, unless other work has filled it meanwhile."""
    try:
        with transaction.atomic():
            work.entries.filter(counts=False).update(counts=True)
    except IntegrityError:
        return
