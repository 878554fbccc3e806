"""When a backup is due, and which old ones stay: pure functions over times."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: A guild that was set up this long ago and has no backup gets one.
FIRST_AFTER = timedelta(hours=1)
#: After a failure the next attempt waits so long.
RETRY_AFTER = timedelta(hours=1)
#: A verified backup older than this is a fault that a person is told of.
TOO_OLD = timedelta(hours=26)


@dataclass(frozen=True)
class Retention:
    """Of so many last days, weeks and months that have a backup, the newest one of each stays."""

    daily: int = 14
    weekly: int = 8
    monthly: int = 12


def kept(made_at: Sequence[datetime], retention: Retention) -> set[datetime]:
    """Those of the backups' times that stay; the newest always does. Days, weeks and months are UTC's."""
    newest_first = sorted(set(made_at), reverse=True)
    stays = set(newest_first[:1])
    periods: list[tuple[int, Callable[[datetime], Hashable]]] = [
        (retention.daily, lambda at: at.date()),
        (retention.weekly, lambda at: at.isocalendar()[:2]),
        (retention.monthly, lambda at: (at.year, at.month)),
    ]
    for count, period in periods:
        newest_of: dict[Hashable, datetime] = {}
        for at in newest_first:
            newest_of.setdefault(period(at), at)
        stays |= set(list(newest_of.values())[:count])
    return stays


def last_slot(now: datetime, hour: int) -> datetime:
    """The moment at which the latest nightly backup should have begun: `hour` UTC, today or yesterday."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def is_due(
    now: datetime, *, hour: int, set_up_at: datetime, last_good: datetime | None, last_tried: datetime | None
) -> bool:
    """Whether to begin a backup now: once a night, and as soon as possible when a night was missed.

    `last_good` and `last_tried` are the beginnings of the last verified backup and of the last attempt. A machine that
    slept through the hour, or whose backup failed, has no good one since the slot and gets one.
    """
    if last_tried is not None and now - last_tried < RETRY_AFTER:
        return False
    if last_good is None:
        return now - set_up_at >= FIRST_AFTER
    return last_good < last_slot(now, hour)
