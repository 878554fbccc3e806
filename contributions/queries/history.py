"""Reads about a project's history: its totals beside the logged work, what waits for acceptance, what was brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Min, Sum

from contributions.models import ImportedSession


@dataclass(frozen=True)
class SourceTotals:
    """Credited work of one project from one source. `people` counts persons, `points` is REP as in the ledger."""

    contributions: int = 0
    people: int = 0
    minutes: int = 0
    points: int = 0


@dataclass(frozen=True)
class ProjectTotals:
    """What a project's work adds up to. `points` is the REP of all its contributions and of the reviews of them.

    `logged` minutes were approved by a reviewer; `imported` minutes are *estimated* from commits.
    """

    logged: SourceTotals
    imported: SourceTotals
    people: int
    review_points: int

    @property
    def minutes(self) -> int:
        """Approved and estimated minutes together."""
        return self.logged.minutes + self.imported.minutes

    @property
    def points(self) -> int:
        """All REP that this project's work brought to people."""
        return self.logged.points + self.imported.points + self.review_points


_TOTALS = """
    WITH work AS (
        SELECT c.id, c.source, c.points, coalesce(l.primary_id, c.subject_id) AS person, r.minutes_approved
        FROM contributions_contribution c
        LEFT JOIN accounts_subjectlink l ON l.alias_id = c.subject_id
        LEFT JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
        WHERE c.project_id = %(project)s AND c.points IS NOT NULL AND c.state <> 'reversed'
    )
    SELECT source, count(*), count(DISTINCT person), coalesce(sum(minutes_approved), 0), sum(points) FROM work GROUP BY source
    UNION ALL
    SELECT 'all', count(*), count(DISTINCT person), 0, 0 FROM work
    UNION ALL
    SELECT 'reviews', 0, 0, 0, coalesce(sum(r.points_paid), 0)
    FROM contributions_review r JOIN contributions_contribution c ON c.id = r.contribution_id
    WHERE c.project_id = %(project)s
"""


def project_totals(project_id: UUID) -> ProjectTotals:
    """Hours and points of a project by source, in one statement; they add up to the ledger's transfers."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"project": project_id})
        found = {source: SourceTotals(*map(int, numbers)) for source, *numbers in cursor.fetchall()}
    return ProjectTotals(
        logged=found.get("logged", SourceTotals()),
        imported=found.get("imported", SourceTotals()),
        people=found["all"].people,
        review_points=found["reviews"].points,
    )


@dataclass(frozen=True)
class ProposedPerson:
    """One author's proposed sessions of a project; minutes are estimated. `is_own`: they are the reader's."""

    subject_id: UUID
    name: str
    sessions: int
    commits: int
    minutes: int
    first_on: date
    last_on: date
    is_own: bool


def proposed_people(project_id: UUID, reader_ids: Sequence[UUID]) -> list[ProposedPerson]:
    """Everybody with proposed sessions, most time first, in one statement. `reader_ids`: all linked ids of the reader."""
    names = ("subject__profile__display_name", "subject__imported_identity__name")
    rows = (
        ImportedSession.objects.filter(project_id=project_id, acceptance__isnull=True)
        .values_list("subject_id", *names)
        .annotate(Count("pk"), Sum("commits"), time=Sum("minutes"), first=Min("worked_on"), last=Max("worked_on"))
        .order_by("-time", "subject_id")
    )
    return [
        ProposedPerson(subject_id, chosen or imported or "", *numbers, is_own=subject_id in reader_ids)
        for subject_id, chosen, imported, *numbers in rows
    ]


@dataclass(frozen=True)
class HistoryCounts:
    """A project's stored history. `commits` = `credited` + `merges` + `bots` + `misdated`; `people` counts persons."""

    commits: int
    credited: int
    merges: int
    bots: int
    misdated: int
    authors: int
    people: int


_COUNTS = """
    WITH commits AS (
        SELECT id, set_aside FROM contributions_importedcommit WHERE project_id = %(project)s
    ), shares AS (
        SELECT coalesce(l.primary_id, s.subject_id) AS person, s.is_author
        FROM contributions_commitshare s JOIN commits c ON c.id = s.commit_id
        LEFT JOIN accounts_subjectlink l ON l.alias_id = s.subject_id
    )
    SELECT (SELECT count(*) FROM commits),
        (SELECT count(*) FROM commits WHERE set_aside = ''),
        (SELECT count(*) FROM commits WHERE set_aside = 'merge'),
        (SELECT count(*) FROM commits WHERE set_aside = 'bot'),
        (SELECT count(*) FROM commits WHERE set_aside = 'date'),
        (SELECT count(DISTINCT person) FROM shares WHERE is_author),
        (SELECT count(DISTINCT person) FROM shares)
"""


def history_counts(project_id: UUID) -> HistoryCounts:
    """What was brought so far, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"project": project_id})
        return HistoryCounts(*cursor.fetchone())
