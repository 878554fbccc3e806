"""What happened to a project, newest first: its own steps, its problem's, tasks done, approvals by the week, histories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from projects.models import Project

HAPPENINGS_PER_PAGE = 30


@dataclass(frozen=True)
class Happening:
    """One thing that happened. `kind` says which of the other fields are filled.

    "project", "problem": a step `was` > `to` by `person` for a `reason`. "task": `title` of task `thing` done by
    `person`. "week": `minutes` approved in `count` contributions of `people` for `points`, in the week of `week_of`.
    "history": `count` sessions accepted for `points`.
    """

    at: datetime
    kind: str
    was: str
    to: str
    person: UUID | None
    reason: str
    title: str
    thing: UUID | None
    week_of: date | None
    minutes: int
    points: int
    count: int
    people: int


# Approvals come from the events and not from the contributions, which this app doesn't know; the index
# event_by_project finds them. A week of the guild's own zone is one line, dated by its last approval.
_TIMELINE = """
SELECT * FROM (
    SELECT changed_at AS at, 'project' AS kind, from_state AS was, to_state AS too, actor AS person, reason,
        '' AS title, NULL::uuid AS thing, NULL::date AS week_of, 0 AS minutes, 0 AS points, 0 AS n, 0 AS people
    FROM core_statechange WHERE object_id = %(project)s
    UNION ALL
    SELECT changed_at, 'problem', from_state, to_state, actor, '', '', NULL, NULL, 0, 0, 0, 0
    FROM core_statechange WHERE object_id = %(problem)s AND to_state NOT IN ('draft', 'rejected')
    UNION ALL
    SELECT s.changed_at, 'task', '', '', t.claimed_by_id, '', t.title, t.id, NULL, 0, 0, 0, 0
    FROM projects_task t JOIN core_statechange s ON s.object_id = t.id AND s.to_state = 'accepted'
    WHERE t.project_id = %(project)s AND t.state = 'accepted'
    UNION ALL
    SELECT max(occurred_at), 'week', '', '', NULL, '', '', NULL,
        date_trunc('week', occurred_at AT TIME ZONE %(zone)s)::date,
        coalesce(sum((data ->> 'minutes')::bigint), 0)::bigint, coalesce(sum((data ->> 'points')::bigint), 0)::bigint,
        count(*), count(DISTINCT data ->> 'subject')
    FROM core_event WHERE kind = 'contribution.approved' AND data ->> 'project' = %(project)s::text
    GROUP BY date_trunc('week', occurred_at AT TIME ZONE %(zone)s)
    UNION ALL
    SELECT occurred_at, 'history', '', '', NULL, '', '', NULL, NULL, 0,
        coalesce((data ->> 'points')::bigint, 0), coalesce((data ->> 'sessions')::bigint, 0), 0
    FROM core_event WHERE kind = 'history.accepted' AND data ->> 'project' = %(project)s::text
) happened
WHERE %(before)s::timestamptz IS NULL OR at < %(before)s::timestamptz
ORDER BY at DESC, kind, thing LIMIT %(limit)s
"""


def project_timeline(
    project: Project, *, before: datetime | None = None, limit: int = HAPPENINGS_PER_PAGE
) -> list[Happening]:
    """What happened before that moment, newest first; one row more than `limit` says that there is more. One statement.

    Two things of the same microsecond at a page's edge would lose one of them; tasks are done one at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _TIMELINE,
            {
                "project": str(project.pk),
                "problem": str(project.problem_id),
                "zone": project.guild.timezone,
                "before": before,
                "limit": limit + 1,
            },
        )
        return [Happening(*row) for row in cursor.fetchall()]
