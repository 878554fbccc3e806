"""The work that went into a project: in all, by source, and by kind of help, as its public page shows it."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import connection

from projects.models.task import ROLE_CHOICES

_ROLES = dict(ROLE_CHOICES)


class WorkTotals(NamedTuple):
    """Credited work: entries, persons, minutes that a reviewer approved, minutes *estimated* from commits, REP."""

    contributions: int = 0
    people: int = 0
    minutes_logged: int = 0
    minutes_imported: int = 0
    points: int = 0
    role: str = ""

    @property
    def role_label(self) -> str:
        """The kind of help in the reader's language."""
        return str(_ROLES.get(self.role, self.role))


class ProjectWork(NamedTuple):
    """A project's credited work, and the REP that reviewing it paid. Reversed work is left out."""

    total: WorkTotals = WorkTotals()
    kinds: tuple[WorkTotals, ...] = ()
    review_points: int = 0

    @property
    def points(self) -> int:
        """All REP that this project's work brought to people: what its transfers add up to."""
        return self.total.points + self.review_points


# One person with two identities is one person, in each group and in all; hence the groups are counted in SQL.
_WORK = """
SELECT c.role, count(*), count(DISTINCT coalesce(l.primary_id, c.subject_id)),
    coalesce(sum(r.minutes_approved) FILTER (WHERE c.source = 'logged'), 0)::bigint,
    coalesce(sum(r.minutes_approved) FILTER (WHERE c.source = 'imported'), 0)::bigint,
    coalesce(sum(c.points), 0)::bigint,
    (
        SELECT coalesce(sum(v.points_paid), 0)::bigint
        FROM contributions_review v JOIN contributions_contribution w ON w.id = v.contribution_id
        WHERE w.project_id = %(project)s
    )
FROM contributions_contribution c
LEFT JOIN accounts_subjectlink l ON l.alias_id = c.subject_id
LEFT JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
WHERE c.project_id = %(project)s AND c.points IS NOT NULL AND c.state <> 'reversed'
GROUP BY GROUPING SETS ((c.role), ())
ORDER BY c.role IS NULL DESC, sum(r.minutes_approved) DESC NULLS LAST, c.role
"""


def project_work(project_id: UUID) -> ProjectWork:
    """A project's work, kinds of help with most hours first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WORK, {"project": str(project_id)})
        rows = cursor.fetchall()
    total, *kinds = [WorkTotals(*numbers, role=role or "") for role, *numbers, _reviews in rows]
    return ProjectWork(total, tuple(kinds), review_points=rows[0][-1])
