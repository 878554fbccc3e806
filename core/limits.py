"""How much one account may write of each kind in an hour and in a day, counted in Postgres, one statement a write.

A limit is for floods, not for work: whoever writes by hand never meets one. Counting is part of the write's own
transaction, so that what was refused or rolled back for another reason is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError
from core.models import Tally


@dataclass(frozen=True)
class Limit:
    """At most so many in one hour, and in one day (both of UTC)."""

    hour: int
    day: int


#: By kind. Hours may come many at once, from a phone that was offline for weeks: refusing those would lose work.
LIMITS: dict[str, Limit] = {
    "guild": Limit(hour=3, day=5),
    "join": Limit(hour=20, day=40),
    "invite": Limit(hour=30, day=60),
    "problem": Limit(hour=60, day=150),
    "project": Limit(hour=10, day=20),
    "voice": Limit(hour=40, day=120),
    "endorsement": Limit(hour=100, day=300),
    "progress": Limit(hour=60, day=200),
    "hours": Limit(hour=400, day=600),
    "upload": Limit(hour=20, day=60),
    "token": Limit(hour=10, day=20),
    "report": Limit(hour=20, day=50),
    "appeal": Limit(hour=10, day=20),
    "challenge": Limit(hour=10, day=20),
    "vouch": Limit(hour=10, day=30),
    "sanction": Limit(hour=20, day=60),
    "door": Limit(hour=15, day=60),
}

#: A row whose day ended so long ago says nothing any more.
KEPT_FOR = timedelta(days=2)


class LimitReached(DomainError):
    """Too much of one kind from one account. `retry_after` is how many seconds from now there is room again."""

    code = "limit_reached"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


_COUNT = """
INSERT INTO core_tally AS t (subject, kind, hour, in_hour, day, in_day) VALUES (%(by)s, %(kind)s, %(hour)s, 1, %(day)s, 1)
ON CONFLICT (subject, kind) DO UPDATE SET
    hour = EXCLUDED.hour, in_hour = CASE WHEN t.hour = EXCLUDED.hour THEN t.in_hour + 1 ELSE 1 END,
    day = EXCLUDED.day, in_day = CASE WHEN t.day = EXCLUDED.day THEN t.in_day + 1 ELSE 1 END
WHERE (t.hour <> EXCLUDED.hour OR t.in_hour < %(most_in_hour)s) AND (t.day <> EXCLUDED.day OR t.in_day < %(most_in_day)s)
RETURNING 1
"""


def check_limit(kind: str, by: UUID, *, now: datetime) -> None:
    """Count one write of `kind` by a person, or refuse it. `by` is their primary Subject: the one with a login.

    One statement; ten at once wait for each other, so that never more than the limit pass. Raises LimitReached.
    """
    limit = LIMITS[kind]
    utc = now.astimezone(UTC)
    hour = utc.replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "by": str(by),
                "kind": kind,
                "hour": hour,
                "day": day,
                "most_in_hour": limit.hour,
                "most_in_day": limit.day,
            },
        )
        if cursor.fetchone() is not None:
            return
    is_day_full = Tally.objects.filter(subject=by, kind=kind, day=day, in_day__gte=limit.day).exists()
    free_at = day + timedelta(days=1) if is_day_full else hour + timedelta(hours=1)
    raise _reached(limit.day if is_day_full else limit.hour, is_day_full, ceil((free_at - utc).total_seconds()))


def _reached(most: int, is_day_full: bool, seconds: int) -> LimitReached:
    minutes = ceil(seconds / 60)
    wait = (
        ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}
        if minutes < 90
        else ngettext("in %(n)s hour", "in %(n)s hours", ceil(minutes / 60)) % {"n": ceil(minutes / 60)}
    )
    sentence = (
        _("One account can send at most %(most)s of these a day. Send this again %(wait)s.")
        if is_day_full
        else _("One account can send at most %(most)s of these an hour. Send this again %(wait)s.")
    )
    return LimitReached(sentence % {"most": most, "wait": wait}, retry_after=seconds)


def forget_old_tallies(*, now: datetime) -> int:
    """Delete what counts nothing any more; returns how many rows."""
    deleted, _rows = Tally.objects.filter(day__lt=now - KEPT_FOR).delete()
    return deleted
