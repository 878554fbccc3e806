"""Planning mails: a row for everybody whose Monday morning has come, and one for each urgent notice. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.models import Profile
from core.letters import zone_of
from notices.rules import open_mondays
from notices.topics import URGENT

#: So many rows are made in one statement: a worker killed in between loses that statement, and the next goes on.
BATCH = 1000

# The zone is asked for by the name it is stored under; a person who said nothing lives in the hub's.
_PLAN = """
INSERT INTO notices_mail (id, subject_id, kind, period, state, why, error, attempts, due_at, message_id)
SELECT gen_random_uuid(), u.subject_id, 'digest', z.monday, 'planned', '', '', 0, %(now)s, ''
FROM accounts_user u
JOIN accounts_subject s ON s.id = u.subject_id AND s.erased_at IS NULL
LEFT JOIN accounts_profile p ON p.subject_id = u.subject_id
JOIN unnest(%(zones)s::text[], %(mondays)s::date[]) AS z (name, monday) ON z.name = coalesce(p.timezone, %(own)s)
WHERE u.is_active
AND NOT EXISTS (SELECT FROM notices_mailchoices c WHERE c.subject_id = u.subject_id AND NOT c.wants_digest)
AND EXISTS (SELECT FROM account_emailaddress e WHERE e.user_id = u.id AND e.verified AND lower(e.email) = u.email)
AND NOT EXISTS (
    SELECT FROM notices_mail m WHERE m.subject_id = u.subject_id AND m.kind = 'digest' AND m.period = z.monday
)
ORDER BY u.subject_id LIMIT %(batch)s
ON CONFLICT DO NOTHING
"""

_PLAN_URGENT = """
INSERT INTO notices_mail (id, subject_id, kind, event_id, state, why, error, attempts, due_at, message_id)
SELECT gen_random_uuid(), n.subject_id, n.kind, n.event_id, 'planned', '', '', 0, %(now)s, ''
FROM notices_notice n
WHERE n.event_id = ANY(%(events)s::uuid[]) AND n.kind = ANY(%(kinds)s) AND n.created_at > %(now)s - interval '7 days'
AND n.read_at IS NULL
ON CONFLICT DO NOTHING
"""


def plan_digests(*, now: datetime) -> int:
    """A row for everybody whose Monday morning has come and is not over; returns how many were made. Twice is once."""
    names = {settings.TIME_ZONE, *Profile.objects.order_by().values_list("timezone", flat=True).distinct()}
    due = open_mondays(now, ((name, zone_of(name)) for name in sorted(names)))
    values: dict[str, Any] = {
        "now": now,
        "own": settings.TIME_ZONE,
        "batch": BATCH,
        "zones": [name for name, _monday in due],
        "mondays": [monday for _name, monday in due],
    }
    planned = 0
    while due:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PLAN, values)
            planned += cursor.rowcount
            if cursor.rowcount < BATCH:
                break
    return planned


def plan_urgent(events: Iterable[UUID], *, now: datetime) -> int:
    """A row for each urgent notice of these events that its reader has not muted; twice is once."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PLAN_URGENT, {"now": now, "events": [str(event) for event in set(events)], "kinds": sorted(URGENT)}
        )
        return cursor.rowcount
