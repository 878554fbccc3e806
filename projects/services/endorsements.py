"""Who stands behind a problem: one word a person, counted again whenever it changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError
from core.events import record_event
from core.limits import check_limit
from projects.models import Endorsement, Problem
from projects.permissions import check_can_endorse
from projects.rules import PROBLEM_HEARS_PEOPLE


class ProblemDeaf(DomainError):
    """The problem takes no voices and endorsements in this state."""

    code = "problem_deaf"


@transaction.atomic
def endorse_problem(*, problem: Problem, by: Subject, kind: str, now: datetime) -> None:
    """Say that a problem hurts oneself ("affected") or that one stands behind it ("support"); said again, it changes.

    A person has one word, whatever identities are linked to them and however many problems were merged into this
    one. Raises ProblemDeaf for a problem that isn't public or repeats another.
    """
    ids = lock_person(by.pk)
    problem = hearing_problem(problem)
    check_can_endorse(by, problem.guild)
    if kind not in Endorsement.Kind.values:
        raise DomainError(_("Say whether it hurts you too, or whether you support it."))
    rows = _own_rows(problem, ids)
    if rows and all(row.kind == kind for row in rows):
        return
    check_limit("endorsement", by.pk, now=now)
    if rows:
        Endorsement.objects.filter(pk__in=[row.pk for row in rows]).update(kind=kind)
    else:
        Endorsement.objects.create(problem=problem, subject_id=ids[0], kind=kind, created_at=now)
    count_endorsements([problem.pk])
    _event("problem.endorsed", problem, by=by, now=now, endorsement=kind)


@transaction.atomic
def withdraw_endorsement(*, problem: Problem, by: Subject, now: datetime) -> None:
    """Take one's word back, on the problem and whatever was merged into it. Twice is once."""
    ids = lock_person(by.pk)
    problem = hearing_problem(problem)
    rows = _own_rows(problem, ids)
    if not rows:
        return
    Endorsement.objects.filter(pk__in=[row.pk for row in rows]).delete()
    count_endorsements([problem.pk])
    _event("problem.endorsement_withdrawn", problem, by=by, now=now)


def hearing_problem(problem: Problem) -> Problem:
    """The problem under its lock. Raises ProblemDeaf when nobody can speak on it today."""
    rows = Problem.objects.select_for_update(no_key=True, of=("self",)).select_related("guild", "duplicate_of")
    found = rows.get(pk=problem.pk)
    if found.duplicate_of is not None:
        raise ProblemDeaf(
            _("This problem was told before. Speak up where it goes on: “%(title)s”.")
            % {"title": found.duplicate_of.title}
        )
    if found.state not in PROBLEM_HEARS_PEOPLE:
        raise ProblemDeaf(_("This problem isn't open to everybody (it is “%(state)s”).") % {"state": _state(found)})
    return found


# A person counts once, under their primary id, and as affected if they said so anywhere.
_COUNT = """
WITH family AS (
    SELECT o.id AS original, p.id AS member FROM projects_problem o
    JOIN projects_problem p ON p.id = o.id OR p.duplicate_of_id = o.id
    WHERE o.id = ANY(%s::uuid[])
), people AS (
    SELECT f.original, coalesce(l.primary_id, e.subject_id) AS person, bool_or(e.kind = 'affected') AS affected
    FROM family f JOIN projects_endorsement e ON e.problem_id = f.member
    LEFT JOIN accounts_subjectlink l ON l.alias_id = e.subject_id
    GROUP BY 1, 2
), counted AS (
    SELECT f.original, count(p.person) FILTER (WHERE p.affected) AS affected,
        count(p.person) FILTER (WHERE NOT p.affected) AS support
    FROM (SELECT DISTINCT original FROM family) f LEFT JOIN people p ON p.original = f.original GROUP BY 1
)
UPDATE projects_problem o SET endorsed_affected = c.affected, endorsed_support = c.support
FROM counted c WHERE o.id = c.original
"""


def count_endorsements(problem_ids: Iterable[UUID]) -> None:
    """Count again how many people endorse these problems, and the originals that they repeat."""
    ids = set(problem_ids)
    if not ids:
        return
    # In the order of their ids, as everybody locks problems.
    rows = Problem.objects.filter(Q(pk__in=ids) | Q(pk__in=Problem.objects.filter(pk__in=ids).values("duplicate_of")))
    locked = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [[str(pk) for pk in locked]])


def _own_rows(problem: Problem, ids: list[UUID]) -> list[Endorsement]:
    family = Q(problem_id=problem.pk) | Q(problem__duplicate_of_id=problem.pk)
    return list(Endorsement.objects.filter(family, subject_id__in=ids))


def _state(problem: Problem) -> Any:
    return problem.get_state_display()


def _event(kind: str, problem: Problem, *, by: Subject, now: datetime, **data: Any) -> None:
    record_event(
        kind,
        now=now,
        actor=by.pk,
        guild=problem.guild_id,
        object_kind="problem",
        object_id=problem.pk,
        data=data,
    )
