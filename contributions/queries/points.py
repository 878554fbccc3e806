"""A person's page of points: what they have in each guild, and every line with the work it came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reputation.queries import NEWEST, NEWEST_ENTRIES


@dataclass(frozen=True, slots=True)
class Holding:
    """What a person has in one guild; `pts_debt` is zero or less."""

    guild: str
    rep: int
    pts_pending: int
    pts_available: int
    pts_held: int
    pts_debt: int


@dataclass(frozen=True, slots=True)
class EarnedLine:
    """One thing that moved a person's points, with the work behind it (`work_id` None: gone, or of no work).

    `arithmetic` is JSON as text, without what no words are made of, so that lines computed alike are alike. `basis` is
    that of the verdict on the person's own work. `reviewer` is empty when they gave no name or the reader is no member.
    """

    entry: int
    reason: str
    rep: int
    pts: int
    vested: int
    arithmetic: str
    effective_at: datetime
    guild: str
    work_id: UUID | None
    task_title: str
    basis: str
    reviewer: str


_HOLDINGS = """
SELECT g.name, g.id, sum(balance) FILTER (WHERE kind = 'rep')::bigint AS rep,
    sum(balance) FILTER (WHERE kind = 'pts_pending')::bigint AS pts_pending,
    sum(balance) FILTER (WHERE kind = 'pts_available')::bigint AS pts_available,
    sum(balance) FILTER (WHERE kind = 'pts_held')::bigint AS pts_held,
    sum(balance) FILTER (WHERE kind = 'pts_debt')::bigint AS pts_debt
FROM reputation_account a JOIN guilds_guild g ON g.id = a.guild_id
WHERE a.subject_id = ANY(%(subjects)s::uuid[]) GROUP BY g.id
"""

#: Of a line's arithmetic `l.a` what `contributions.views.arithmetic` makes words of: a week's bands only where they took
#: something, an estimate only where it did. Hours that are said alike are alike then, and their words are kept.
SAID = """
l.a - '{filled_minutes,counted_minutes,week_limited,rounding}'::text[]
    - CASE WHEN l.a -> 'week_limited' = 'false' THEN '{weeks}' ELSE '{}' END::text[]
    - CASE WHEN l.a ->> 'limit' <> 'estimate'
        THEN '{estimate_minutes,estimate_cap,already_counted,cap_minutes,open_work}' ELSE '{}' END::text[]
"""

# Entries of one event stand next to each other; a step of the key begins another event.
_EARNED = f"""
WITH newest AS ({NEWEST_ENTRIES}), numbered AS (
    SELECT newest.*, count(*) FILTER (WHERE is_first) OVER (ORDER BY id DESC) AS event FROM (
        SELECT *, lag((reason, source_kind, source_id, guild_id, repaid)) OVER (ORDER BY id DESC)
            IS DISTINCT FROM (reason, source_kind, source_id, guild_id, repaid) AS is_first
        FROM (SELECT newest.*, CASE reason WHEN 'debt_repaid' THEN transfer_id END AS repaid FROM newest) newest
    ) newest
), line AS (
    SELECT min(id) AS entry, min(reason) AS reason, min(source_kind) AS source_kind, (array_agg(source_id))[1] AS source_id,
        (array_agg(guild_id))[1] AS guild_id, coalesce(sum(amount) FILTER (WHERE kind = 'rep'), 0)::bigint AS rep,
        coalesce(sum(amount) FILTER (WHERE kind <> 'rep'), 0)::bigint AS pts,
        coalesce(sum(amount) FILTER (WHERE kind = 'pts_available'), 0)::bigint AS vested,
        (array_agg(arithmetic ORDER BY id DESC))[1] AS a, (array_agg(effective_at ORDER BY id DESC))[1] AS effective_at
    FROM numbered GROUP BY event ORDER BY event LIMIT %(lines)s
)
SELECT l.entry, l.reason, l.rep, l.pts, l.vested, ({SAID})::text, l.effective_at, g.name, c.id,
    coalesce(t.title, ''), coalesce(r.basis, ''), CASE WHEN EXISTS (
        SELECT FROM guilds_membership m
        WHERE m.guild_id = c.guild_id AND m.left_at IS NULL AND m.subject_id = ANY(%(subjects)s::uuid[])
    ) THEN coalesce(n.display_name, '') ELSE '' END,
    CASE WHEN row_number() OVER (ORDER BY l.entry DESC) = 1 THEN (
        SELECT json_agg(h ORDER BY h.name, h.id) FROM ({_HOLDINGS}) h
    )::text END
FROM line l
JOIN guilds_guild g ON g.id = l.guild_id
LEFT JOIN contributions_review paid ON l.source_kind = 'review' AND paid.id = l.source_id
LEFT JOIN contributions_contribution c
    ON c.id = CASE l.source_kind WHEN 'contribution' THEN l.source_id WHEN 'review' THEN paid.contribution_id END
LEFT JOIN projects_task t ON t.id = c.task_id
LEFT JOIN contributions_review r ON l.source_kind = 'contribution' AND r.contribution_id = c.id AND r.verdict = 'approved'
    AND r.overturned_at IS NULL
LEFT JOIN accounts_profile n ON n.subject_id = r.reviewer_id
ORDER BY l.entry DESC
"""  # noqa: S608  (SQL of our own)


@dataclass(frozen=True, slots=True)
class PointsPage:
    """What a person has in every guild, their lines, the newest first, and the key of the next page (None: the last)."""

    holdings: list[Holding]
    lines: list[EarnedLine]
    next_before: int | None


def points_page(subject_ids: Sequence[UUID], *, before: int | None, limit: int) -> PointsPage:
    """The page of that person (pass every linked id). One statement; the newest line brings the holdings along.

    Nobody has anything without a line, so a page without lines says nothing of holdings either.
    """
    values = {
        "before": before or NEWEST,
        # No event changes more than two accounts of a person, so this many entries hold limit + 1 whole events.
        "limit": 2 * (limit + 1),
        "lines": limit + 1,
        "subjects": [str(subject) for subject in subject_ids],
        "guild": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, values)
        rows = cursor.fetchall()
    lines = [EarnedLine(*row[:-1]) for row in rows]
    held = [_holding(**found) for found in json.loads(rows[0][-1])] if rows else []
    return PointsPage(held, lines[:limit], lines[limit - 1].entry if len(lines) > limit else None)


def _holding(*, name: str, id: str, **amounts: int | None) -> Holding:
    return Holding(name, **{kind: amount or 0 for kind, amount in amounts.items()})
