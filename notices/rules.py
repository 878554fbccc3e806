"""When a person's digest is due: pure functions over times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

#: The hour at which the week's mail is planned, on Monday, by the clock of whoever reads it.
MORNING = time(8, 0)
#: A hub that slept on Monday sends until Wednesday's end; after that the mail would be about another week.
OPEN_DAYS = 3
#: A mail about one event that could not be sent for so long is in the inbox anyway.
EVENT_WAITS = timedelta(days=7)
FIRST_DELAY = timedelta(minutes=5)
MOST_ATTEMPTS = 8


def monday_of(now: datetime, zone: tzinfo) -> date:
    """The Monday of the week that it is for somebody in that zone."""
    local = now.astimezone(zone).date()
    return local - timedelta(days=local.weekday())


def open_monday(now: datetime, zone: tzinfo) -> date | None:
    """The Monday whose mail may be sent now in that zone; None before its morning and after its days."""
    monday = monday_of(now, zone)
    is_open = datetime.combine(monday, MORNING, zone) <= now < week_closes(monday, zone)
    return monday if is_open else None


def week_closes(monday: date, zone: tzinfo) -> datetime:
    """From when on it is too late for that week's mail."""
    return datetime.combine(monday + timedelta(days=OPEN_DAYS), time(0), zone)


def week_before(monday: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The seven days a digest tells of: from Monday's midnight to Monday's midnight, in the reader's zone."""
    return datetime.combine(monday - timedelta(days=7), time(0), zone), datetime.combine(monday, time(0), zone)


def next_try(now: datetime, attempts: int) -> datetime:
    """When to try again what was refused for now: after 5, 10, 20 minutes and so on."""
    return now + FIRST_DELAY * 2 ** max(0, min(attempts - 1, 6))


def open_mondays(now: datetime, zones: Iterable[tuple[str, tzinfo]]) -> list[tuple[str, date]]:
    """Those of some zones (by the name they are stored under) whose mail may be sent now, each with its Monday."""
    return [(name, monday) for name, zone in zones if (monday := open_monday(now, zone))]
