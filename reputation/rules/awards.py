"""From credited minutes to points, with the arithmetic that a page can explain for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from reputation.rules.minutes import (
    Credit,
    EntryCredit,
    IsoWeek,
    WeekUse,
    credit_minutes,
    estimate_cap_minutes,
    iso_week,
)
from reputation.rules.policy import PointPolicy, exact, plain

_MINUTES_PER_HOUR = 60


@dataclass(frozen=True)
class Award:
    """The outcome of one approval: its points, its minutes, the weeks after it, and how all was computed."""

    points: int
    counted_minutes: int
    credited_minutes: Decimal
    entries: tuple[EntryCredit, ...]
    weeks: Mapping[IsoWeek, WeekUse]
    arithmetic: dict[str, Any]


@dataclass(frozen=True)
class ReviewPay:
    """What a decided review is paid: its points (0 when late or beyond the week's paid reviews), and why."""

    points: int
    arithmetic: dict[str, Any]


def points(
    credited_minutes: Decimal | int,
    difficulty: Decimal | str,
    quality: Decimal | str,
    policy: PointPolicy,
) -> int:
    """round_half_up(points per hour x credited hours x difficulty x quality), in whole points.

    >>> points(120, "1.0", "1.15", PointPolicy())
    23
    >>> points(180, "1.0", "1.0", PointPolicy())
    30
    >>> points(3, "1", "1", PointPolicy())  # exactly half a point
    1
    """
    product = policy.points_per_hour * exact(credited_minutes) * exact(difficulty) * exact(quality)
    # Half a point is added before the division by sixty, so no digit is ever lost to it.
    return int((2 * product + _MINUTES_PER_HOUR) // (2 * _MINUTES_PER_HOUR))


def credit_contribution(
    entries: Sequence[tuple[date, int]],
    *,
    approved_minutes: int,
    estimate_minutes: int,
    already_counted: int,
    is_open_work: bool,
    difficulty: str,
    rubric: int,
    weeks: Mapping[IsoWeek, WeekUse],
    policy: PointPolicy,
) -> Award:
    """Points of one approved contribution, with every step of the arithmetic.

    `entries` are the claimed (worked_on, minutes); `already_counted` the unweighted minutes that this
    person's earlier approvals on the task counted; `weeks` what their ISO weeks in the guild have consumed.
    Raises ValueError on an unknown difficulty or a rubric that can't be approved.

    >>> award = credit_contribution(
    ...     [(date(2026, 11, 2), 300)], approved_minutes=300, estimate_minutes=120, already_counted=0,
    ...     is_open_work=False, difficulty="S", rubric=3, weeks={}, policy=PointPolicy())
    >>> award.points, award.counted_minutes, award.arithmetic["limit"]
    (30, 180, 'estimate')
    """
    if rubric < policy.approval_needs_rubric:
        raise ValueError(f"An approval needs a rubric of {policy.approval_needs_rubric} at least, not {rubric}.")
    cap = estimate_cap_minutes(estimate_minutes, already_counted, is_open_work, policy)
    credit = credit_minutes(
        entries,
        approved_minutes=approved_minutes,
        cap_minutes=cap,
        weeks=weeks,
        policy=policy,
    )
    arithmetic = {
        "rule": "contribution",
        "approved_minutes": approved_minutes,
        "open_work": is_open_work,
        "estimate_minutes": policy.open_work_minutes if is_open_work else estimate_minutes,
        "estimate_cap": plain(policy.estimate_cap),
        "already_counted": 0 if is_open_work else already_counted,
        "cap_minutes": cap,
        "limit": _limit(credit, approved_minutes, cap),
    }
    return _award(credit, arithmetic, difficulty=difficulty, rubric=rubric, policy=policy)


def credit_import(
    worked_on: date,
    minutes: int,
    *,
    weeks: Mapping[IsoWeek, WeekUse],
    policy: PointPolicy,
) -> Award:
    """REP of one imported session of work: the bands apply, no estimate does; difficulty and rubric are fixed.

    >>> credit_import(date(2022, 3, 1), 90, weeks={}, policy=PointPolicy()).points
    15
    """
    credit = credit_minutes(
        [(worked_on, minutes)],
        approved_minutes=minutes,
        cap_minutes=None,
        weeks=weeks,
        policy=policy,
    )
    arithmetic: dict[str, Any] = {"rule": "import", "limit": "claimed"}
    return _award(
        credit,
        arithmetic,
        difficulty=policy.import_difficulty,
        rubric=policy.import_rubric,
        policy=policy,
    )


def review_pay(taken_at: datetime, decided_at: datetime, paid_this_week: int, policy: PointPolicy) -> ReviewPay:
    """The flat pay of one review decided by a person, whatever its verdict.

    `paid_this_week` counts the reviewer's paid reviews in the week of `decided_at` (guild's zone). A review
    decided exactly `review_paid_within_days` after it was taken is still paid.
    """
    took = decided_at - taken_at
    in_time = took <= timedelta(days=policy.review_paid_within_days)
    paid = policy.review_points if in_time and paid_this_week < policy.review_paid_per_week else 0
    return ReviewPay(
        points=paid,
        arithmetic={
            "rule": "review",
            "policy_version": policy.version,
            "flat_points": policy.review_points,
            "took_days": max(0, took.days),
            "paid_within_days": policy.review_paid_within_days,
            "in_time": in_time,
            "paid_before_this_week": paid_this_week,
            "paid_per_week": policy.review_paid_per_week,
            "points": paid,
        },
    )


def _award(
    credit: Credit,
    arithmetic: dict[str, Any],
    *,
    difficulty: str,
    rubric: int,
    policy: PointPolicy,
) -> Award:
    """Multiply, round, and complete the arithmetic."""
    if difficulty not in policy.difficulty or rubric not in policy.quality:
        raise ValueError(f"Policy {policy.version} has no difficulty {difficulty!r} or no rubric {rubric!r}.")
    weight, quality = policy.difficulty[difficulty], policy.quality[rubric]
    earned = points(credit.credited_minutes, weight, quality, policy)
    filled = sum(entry.filled_minutes for entry in credit.entries)
    arithmetic |= {
        "policy_version": policy.version,
        "claimed_minutes": sum(entry.claimed_minutes for entry in credit.entries),
        "filled_minutes": filled,
        "weeks": _weeks(credit, policy),
        "week_limited": credit.credited_minutes < filled,
        "counted_minutes": credit.counted_minutes,
        "credited_minutes": plain(credit.credited_minutes),
        "points_per_hour": policy.points_per_hour,
        "difficulty": difficulty,
        "difficulty_factor": plain(weight),
        "rubric": rubric,
        "quality_factor": plain(quality),
        # Sixty times the points before rounding, because hours don't divide evenly in decimals.
        "product_x60": plain(policy.points_per_hour * credit.credited_minutes * weight * quality),
        "rounding": "half_up",
        "points": earned,
    }
    return Award(
        points=earned,
        counted_minutes=credit.counted_minutes,
        credited_minutes=credit.credited_minutes,
        entries=credit.entries,
        weeks=credit.weeks,
        arithmetic=arithmetic,
    )


def _limit(credit: Credit, approved_minutes: int, cap_minutes: int) -> str:
    """Which limit bit before the week's bands: "claimed" (none did), "approved" or "estimate"."""
    claimed = sum(entry.claimed_minutes for entry in credit.entries)
    if cap_minutes < min(claimed, approved_minutes):
        return "estimate"
    return "approved" if approved_minutes < claimed else "claimed"


def _weeks(credit: Credit, policy: PointPolicy) -> list[dict[str, Any]]:
    """Per ISO week: what it had consumed, what this contribution put into each band, what was over.

    Weeks and not days: the ledger is kept for ever and needs no calendar of anybody's life to be explained.
    """
    lines = []
    for (year, week), before in sorted(credit.weeks_before.items()):
        own = [entry for entry in credit.entries if iso_week(entry.worked_on) == (year, week)]
        full, half = sum(e.full_minutes for e in own), sum(e.half_minutes for e in own)
        lines.append(
            {
                "week": f"{year}-W{week:02d}",
                "full_before": before.full_minutes,
                "half_before": before.half_minutes,
                "full_minutes": full,
                "half_minutes": half,
                "over_minutes": sum(e.filled_minutes for e in own) - full - half,
                "full_band": policy.week_full_minutes,
                "half_band": policy.week_half_minutes,
            }
        )
    return lines
