"""When somebody's Monday morning is: pure functions over times."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

MORNING = time(7, 0)
#: A machine that slept on Monday sends until Wednesday's end; after that the mail would be about another week.
OPEN_DAYS = 3


def monday_of(now: datetime, zone: tzinfo) -> date:
    """The Monday of the week that it is for somebody in that zone."""
    local = now.astimezone(zone).date()
    return local - timedelta(days=local.weekday())


def is_morning_over(now: datetime, monday: date, zone: tzinfo) -> bool:
    """Whether it is too late for that week's mail."""
    return now >= datetime.combine(monday + timedelta(days=OPEN_DAYS), time(0), zone)


def has_morning_come(now: datetime, monday: date, zone: tzinfo) -> bool:
    """Whether it is seven o'clock on that Monday, or later."""
    return now >= datetime.combine(monday, MORNING, zone)
