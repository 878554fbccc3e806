"""From an approval to the ledger: the week's bands, the task's cap, the points, and the reviewer's pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Sum

from accounts.queries import linked_subjects
from contributions.models import Contribution, Week
from contributions.rules import iso_week
from reputation.rules import Award, IsoWeek, PointPolicy, ReviewPay, WeekUse, credit_contribution, review_pay


def award_for(
    contribution: Contribution,
    *,
    rubric: int,
    minutes_approved: int,
    policy: PointPolicy,
    own: Mapping[IsoWeek, WeekUse] | None = None,
) -> Award:
    """What approving this contribution now brings; the caller holds the person's lock, so the weeks stand still.

    `own` is what it has taken of the weeks already, when its verdict is corrected: that is free for it again.
    """
    ids = linked_subjects(contribution.subject_id)
    entries = [(entry.worked_on, entry.minutes) for entry in contribution.entries.order_by("worked_on", "id")]
    others = Contribution.objects.filter(task_id=contribution.task_id, subject_id__in=ids).exclude(pk=contribution.pk)
    counted = others.aggregate(n=Sum("minutes_counted"))["n"]
    weeks = weeks_used(ids, contribution.guild_id, {iso_week(day) for day, _minutes in entries})
    for week, use in (own or {}).items():
        if week in weeks:
            left = weeks[week]
            weeks[week] = WeekUse(left.full_minutes - use.full_minutes, left.half_minutes - use.half_minutes)
    return credit_contribution(
        entries,
        approved_minutes=minutes_approved,
        estimate_minutes=contribution.task.estimate_minutes,
        already_counted=counted or 0,
        is_open_work=contribution.task.is_open_work,
        difficulty=contribution.task.difficulty,
        rubric=rubric,
        weeks=weeks,
        policy=policy,
    )


def weeks_used(ids: Sequence[UUID], guild_id: UUID, weeks: set[IsoWeek]) -> dict[IsoWeek, WeekUse]:
    """What the approvals of all linked subjects have taken of these ISO weeks in the guild."""
    rows = (
        Week.objects.filter(subject_id__in=ids, guild_id=guild_id, iso_year__in={year for year, _week in weeks})
        .values("iso_year", "iso_week")
        .annotate(full=Sum("full_minutes"), half=Sum("half_minutes"))
    )
    found = {(r["iso_year"], r["iso_week"]): WeekUse(r["full"], r["half"]) for r in rows}
    return {week: found.get(week, WeekUse()) for week in weeks}


def take_weeks(primary: UUID, guild_id: UUID, before: dict[IsoWeek, WeekUse], after: dict[IsoWeek, WeekUse]) -> None:
    """Write down what an approval took of each week, on the person's primary row."""
    for (year, number), use in after.items():
        taken = before.get((year, number), WeekUse())
        full, half = use.full_minutes - taken.full_minutes, use.half_minutes - taken.half_minutes
        if full or half:
            _week(primary, guild_id, (year, number))
            Week.objects.filter(subject_id=primary, guild_id=guild_id, iso_year=year, iso_week=number).update(
                full_minutes=F("full_minutes") + full, half_minutes=F("half_minutes") + half
            )


def pay_for_review(
    *, reviewer: UUID, guild_id: UUID, zone: str, taken_at: datetime, now: datetime, policy: PointPolicy
) -> ReviewPay:
    """The reviewer's flat pay for a verdict now; counts it against the guild's week of the verdict."""
    ids = linked_subjects(reviewer)
    week = iso_week(now.astimezone(ZoneInfo(zone)).date())
    mine = Week.objects.filter(subject_id__in=ids, guild_id=guild_id, iso_year=week[0], iso_week=week[1])
    paid = mine.aggregate(n=Sum("paid_reviews"))["n"] or 0
    pay = review_pay(taken_at, now, paid, policy)
    if pay.points:
        _week(ids[0], guild_id, week)
        mine.filter(subject_id=ids[0]).update(paid_reviews=F("paid_reviews") + 1)
    return pay


def _week(subject_id: UUID, guild_id: UUID, week: IsoWeek) -> None:
    Week.objects.bulk_create(
        [Week(subject_id=subject_id, guild_id=guild_id, iso_year=week[0], iso_week=week[1])],
        ignore_conflicts=True,
    )
