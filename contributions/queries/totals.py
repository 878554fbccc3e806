"""What kinds of help went into a project, beside the totals of `contributions.queries.history`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from projects.models.task import ROLE_CHOICES

_ROLES = dict(ROLE_CHOICES)


@dataclass(frozen=True)
class HelpTotals:
    """One kind of help in a project: approved minutes, minutes estimated from commits, people, entries, REP."""

    role: str
    minutes_logged: int
    minutes_imported: int
    people: int
    contributions: int
    points: int

    @property
    def label(self) -> str:
        """The kind of help in the reader's language."""
        return str(_ROLES.get(self.role, self.role))


_HELP = """
SELECT c.role,
    coalesce(sum(r.minutes_approved) FILTER (WHERE c.source = 'logged'), 0)::bigint,
    coalesce(sum(r.minutes_approved) FILTER (WHERE c.source = 'imported'), 0)::bigint,
    count(DISTINCT coalesce(l.primary_id, c.subject_id)), count(*), sum(c.points)
FROM contributions_contribution c
LEFT JOIN accounts_subjectlink l ON l.alias_id = c.subject_id
LEFT JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved'
WHERE c.project_id = %(project)s AND c.points IS NOT NULL AND c.state <> 'reversed'
GROUP BY c.role ORDER BY sum(r.minutes_approved) DESC NULLS LAST, c.role
"""


def help_totals(project_id: UUID) -> list[HelpTotals]:
    """A project's credited work by kind of help, the most hours first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_HELP, {"project": str(project_id)})
        return [HelpTotals(*row) for row in cursor.fetchall()]
