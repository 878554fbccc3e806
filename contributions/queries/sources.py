"""What the lines of somebody's points came from: the work, and who judged it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class LineSource:
    """The work behind one ledger line. For a review that was paid it is the work that was reviewed.

    `reviewer_name` is empty when they gave no name or the reader is no member of the guild (any more).
    """

    contribution_id: UUID
    task_title: str
    project_title: str
    basis: str
    rubric: int | None
    reviewer_name: str


@dataclass(frozen=True)
class Sources:
    """Line sources by source id, and guild names by guild id."""

    by_id: dict[UUID, LineSource]
    guilds: dict[UUID, str]


_SOURCES = """
WITH wanted AS (
    SELECT id AS source_id, id AS work_id, false AS is_review
    FROM contributions_contribution WHERE id = ANY(%(works)s::uuid[])
    UNION ALL
    SELECT id, contribution_id, true FROM contributions_review WHERE id = ANY(%(reviews)s::uuid[])
)
SELECT 'source', w.source_id, c.id, t.title, p.title, coalesce(r.basis, ''), r.rubric, CASE WHEN EXISTS (
        SELECT 1 FROM guilds_membership m
        WHERE m.guild_id = c.guild_id AND m.left_at IS NULL AND m.subject_id = ANY(%(subjects)s::uuid[])
    ) THEN coalesce(n.display_name, '') ELSE '' END
FROM wanted w
JOIN contributions_contribution c ON c.id = w.work_id
JOIN projects_task t ON t.id = c.task_id
JOIN projects_project p ON p.id = c.project_id
LEFT JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
    AND NOT w.is_review
LEFT JOIN accounts_profile n ON n.subject_id = r.reviewer_id
UNION ALL
SELECT 'guild', g.id, NULL, g.name, '', '', NULL, '' FROM guilds_guild g WHERE g.id = ANY(%(guilds)s::uuid[])
"""


def line_sources(
    reader_ids: Sequence[UUID], *, works: Iterable[UUID], reviews: Iterable[UUID], guilds: Iterable[UUID]
) -> Sources:
    """What these contributions, reviews and guilds are called, for this reader's eyes. One statement."""
    values = {
        name: [str(i) for i in ids]
        for name, ids in (
            ("subjects", reader_ids),
            ("works", works),
            ("reviews", reviews),
            ("guilds", guilds),
        )
    }
    by_id: dict[UUID, LineSource] = {}
    names: dict[UUID, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, values)
        for kind, key, *rest in cursor.fetchall():
            if kind == "guild":
                names[key] = rest[1]
            else:
                by_id[key] = LineSource(*rest)
    return Sources(by_id, names)
