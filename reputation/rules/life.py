"""The life of points after they were minted: when they vest, when they expire, and what a debt takes first.

Days are those of the guild's zone: what has to wait so many days waits until the midnight that ends the last of them.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def vests_on(minted_at: datetime, *, zone: str, vesting_days: int) -> date:
    """The first day on which points minted then are available.

    >>> from datetime import UTC
    >>> vests_on(datetime(2026, 11, 20, 12, tzinfo=UTC), zone="Asia/Kolkata", vesting_days=7)
    datetime.date(2026, 11, 28)
    """
    return minted_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=vesting_days + 1)


def months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last of that month where it is shorter (as PostgreSQL reckons).

    >>> months_before(date(2028, 2, 29), 24)
    datetime.date(2026, 2, 28)
    """
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def expiring(*, minted_before: int, used: int, available: int) -> int:
    """How many points expire: those minted longer ago than the policy's months, less all that were spent, taken back or
    expired since (the oldest first, so no table of lots), and never more than are available.

    >>> expiring(minted_before=50, used=30, available=100)
    20
    """
    return max(0, min(minted_before - used, available))


@dataclass(frozen=True)
class Split:
    """What becomes of points that could be spent: the debt is paid first."""

    repaid: int
    free: int


def debt_first(points: int, owed: int) -> Split:
    """Split points between a debt of `owed` (zero or more) and what remains.

    >>> debt_first(20, 5)
    Split(repaid=5, free=15)
    """
    repaid = min(points, max(0, owed))
    return Split(repaid, points - repaid)
