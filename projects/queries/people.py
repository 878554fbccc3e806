"""Reads about the people of a problem: what was said, and who stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Window

from projects.models import Problem, Voice

VOICES_SHOWN = 4
VOICES_PER_PAGE = 20
PEOPLE_PER_PAGE = 50


def voices_of(problem: Problem) -> QuerySet[Voice]:
    """Voices on a problem and on what was merged into it."""
    return Voice.objects.filter(Q(problem=problem) | Q(problem__duplicate_of=problem))


@dataclass(frozen=True)
class Heard:
    """The newest voices that a reader may read, how many there are for them, and how many only the guild reads."""

    shown: list[Voice]
    readable: int
    guild_only: int


def voices_heard(problem: Problem, *, sees_guild_only: bool) -> Heard:
    """What a problem's page shows of its voices. One statement."""
    rows = (
        voices_of(problem)
        .filter(withdrawn_at__isnull=True)
        .annotate(total=Window(Count("pk")), public_total=Window(Count("pk", filter=Q(is_public=True))))
        .order_by("-is_public", "-created_at", "-pk")[:VOICES_SHOWN]
    )
    found = list(rows)
    total, public = (found[0].total, found[0].public_total) if found else (0, 0)
    shown = [voice for voice in found if voice.is_public or sees_guild_only]
    return Heard(shown, total if sees_guild_only else public, total - public)


def voice_page(problem: Problem, *, sees_guild_only: bool, page: int = 1) -> list[Voice]:
    """One page of voices, the newest first, with marks of those that were withdrawn; one row more says there is more."""
    rows = voices_of(problem).select_related("problem")
    if not sees_guild_only:
        rows = rows.filter(Q(is_public=True) | Q(withdrawn_at__isnull=False))
    start = (page - 1) * VOICES_PER_PAGE
    return list(rows.order_by("-created_at", "-pk")[start : start + VOICES_PER_PAGE + 1])


@dataclass(frozen=True)
class Told:
    """What one of several merged problems brings to the counts: people who spoke up on it."""

    problem_id: UUID
    title: str
    slug: str
    affected: int
    support: int


def endorsements_by_problem(problem: Problem) -> list[Told]:
    """How many people endorsed a problem and each one merged into it, the original first. One statement."""
    rows = Problem.objects.filter(Q(pk=problem.pk) | Q(duplicate_of=problem)).annotate(
        affected=Count("endorsements", filter=Q(endorsements__kind="affected")),
        support=Count("endorsements", filter=Q(endorsements__kind="support")),
    )
    found = [Told(row.pk, row.title, row.slug, row.affected, row.support) for row in rows.order_by("created_at", "pk")]
    return sorted(found, key=lambda told: told.problem_id != problem.pk)


@dataclass(frozen=True)
class Backer:
    """One person behind a problem, under the primary of their ids, with what they said and since when."""

    subject_id: UUID
    kind: str
    since: datetime


_BACKERS = """
SELECT coalesce(l.primary_id, e.subject_id) AS person, min(e.kind) AS kind, min(e.created_at) AS since
FROM projects_endorsement e JOIN projects_problem p ON p.id = e.problem_id
LEFT JOIN accounts_subjectlink l ON l.alias_id = e.subject_id
WHERE p.id = %(problem)s OR p.duplicate_of_id = %(problem)s
GROUP BY 1 ORDER BY kind, since, person LIMIT %(limit)s OFFSET %(start)s
"""


def backers_of(problem: Problem, *, page: int = 1) -> list[Backer]:
    """One page of the people behind a problem, those it hurts first; one row more says that there is a next page."""
    start = (page - 1) * PEOPLE_PER_PAGE
    with connection.cursor() as cursor:
        cursor.execute(_BACKERS, {"problem": str(problem.pk), "limit": PEOPLE_PER_PAGE + 1, "start": start})
        return [Backer(*row) for row in cursor.fetchall()]
