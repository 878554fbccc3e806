"""From claimed to credited minutes: the approval, the estimate's cap, the bands of the week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reputation.rules.policy import PointPolicy

#: ISO year and week number: the calendar in which a contributor's `worked_on` dates are counted.
IsoWeek = tuple[int, int]

_HALF = Decimal("0.5")


@dataclass(frozen=True)
class WeekUse:
    """Unweighted minutes that one person's ISO week in one guild has consumed so far, band by band."""

    full_minutes: int = 0
    half_minutes: int = 0

    @property
    def counted_minutes(self) -> int:
        """Minutes that counted in this week, whatever their weight."""
        return self.full_minutes + self.half_minutes


@dataclass(frozen=True)
class EntryCredit:
    """What one day's entry brought: minutes claimed, filled by the approval, and counted in each band."""

    worked_on: date
    claimed_minutes: int
    filled_minutes: int
    full_minutes: int
    half_minutes: int


@dataclass(frozen=True)
class Credit:
    """Minutes of one contribution after every limit; `weeks` hold their use after it, `weeks_before` before.

    `counted_minutes` are unweighted (they use up the estimate and the week); `credited_minutes` are weighted
    by the bands, in halves, and are what points are computed from.
    """

    entries: tuple[EntryCredit, ...]
    weeks_before: Mapping[IsoWeek, WeekUse]
    weeks: Mapping[IsoWeek, WeekUse]
    counted_minutes: int
    credited_minutes: Decimal


def iso_week(day: date) -> IsoWeek:
    """The ISO year and week of a contributor's calendar date, without any conversion of zones.

    >>> iso_week(date(2027, 1, 3))
    (2026, 53)
    """
    year, week, _weekday = day.isocalendar()
    return year, week


def estimate_cap_minutes(estimate_minutes: int, already_counted: int, is_open_work: bool, policy: PointPolicy) -> int:
    """Minutes that one more contribution to this task can bring this person, never below zero.

    `already_counted` is the sum of `counted_minutes` of the person's earlier approvals on the task. On an
    open-work task, which has no end, the cap holds per contribution and nothing is subtracted. Fractions of
    a minute are dropped.

    >>> estimate_cap_minutes(120, 0, False, PointPolicy())
    180
    >>> estimate_cap_minutes(120, 150, False, PointPolicy())
    30
    >>> estimate_cap_minutes(60, 5000, True, PointPolicy())
    90
    """
    if is_open_work:
        return int(policy.estimate_cap * policy.open_work_minutes)
    return max(0, int(policy.estimate_cap * estimate_minutes) - already_counted)


def credit_minutes(
    entries: Iterable[tuple[date, int]],
    *,
    approved_minutes: int,
    cap_minutes: int | None,
    weeks: Mapping[IsoWeek, WeekUse],
    policy: PointPolicy,
) -> Credit:
    """Fill entries oldest first up to the smallest of claimed, approved and cap; then apply the week's bands.

    `entries` are (worked_on, minutes); `weeks` holds what each ISO week has consumed (missing: nothing);
    `cap_minutes` None means no estimate cap (imported history). Minutes beyond both bands of their week
    bring nothing and use up nothing. Raises ValueError on negative minutes.
    """
    ordered = sorted(entries, key=lambda entry: entry[0])
    if approved_minutes < 0 or any(minutes < 0 for _, minutes in ordered):
        raise ValueError("Minutes are never negative.")
    left = min(sum(minutes for _, minutes in ordered), approved_minutes)
    if cap_minutes is not None:
        left = min(left, max(0, cap_minutes))
    before = {iso_week(day): weeks.get(iso_week(day), WeekUse()) for day, _ in ordered}
    after = dict(before)
    credited: list[EntryCredit] = []
    for day, claimed in ordered:
        filled = min(claimed, left)
        left -= filled
        full, half = _bands(filled, after[iso_week(day)], policy)
        used = after[iso_week(day)]
        after[iso_week(day)] = WeekUse(used.full_minutes + full, used.half_minutes + half)
        credited.append(EntryCredit(day, claimed, filled, full, half))
    full_minutes = sum(entry.full_minutes for entry in credited)
    half_minutes = sum(entry.half_minutes for entry in credited)
    return Credit(
        entries=tuple(credited),
        weeks_before=before,
        weeks=after,
        counted_minutes=full_minutes + half_minutes,
        credited_minutes=full_minutes + half_minutes * _HALF,
    )


def _bands(minutes: int, used: WeekUse, policy: PointPolicy) -> tuple[int, int]:
    """How many of the minutes still count in full and how many half; the rest of them count nothing."""
    full = min(minutes, max(0, policy.week_full_minutes - used.full_minutes))
    half = min(minutes - full, max(0, policy.week_half_minutes - used.half_minutes))
    return full, half
