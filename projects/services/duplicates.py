"""Problems told twice: merged with their credit kept, and told apart again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError, TransitionRefused
from core.models import StateChange
from projects.models import Problem
from projects.permissions import check_can_decide_problem
from projects.services.endorsements import count_endorsements
from projects.services.problems import move_problem


@transaction.atomic
def mark_duplicate_problem(*, problem: Problem, original: Problem, by: Subject, now: datetime) -> Problem:
    """Say that a problem repeats another one of the same guild: its voices and endorsements speak there from now on.

    Nothing is moved, so telling them apart again restores everything: voices, endorsements, projects and the author
    stay with the row, and the original's page shows them. What was merged into the duplicate before leads to the new
    original. A person who endorsed both counts once.
    """
    lock_person(by.pk)
    found = _locked_family(problem.pk, original.pk)
    problem, original = found[problem.pk], found[original.pk]
    check_can_decide_problem(by, problem, now)
    if problem.duplicate_of_id is not None and problem.duplicate_of_id == original.pk:
        raise TransitionRefused(_("This is marked as its duplicate already. Nothing was changed."))
    hidden = (Problem.State.DRAFT, Problem.State.REJECTED, Problem.State.DUPLICATE)
    if original.guild_id != problem.guild_id or original.pk == problem.pk or original.state in hidden:
        raise DomainError(_("Choose another problem of this guild that isn't a duplicate itself."))
    Problem.objects.filter(duplicate_of=problem).update(duplicate_of=original)
    problem.duplicate_of = original
    move_problem(problem, Problem.State.DUPLICATE, by=by, now=now, also=["duplicate_of"], original=original.pk)
    count_endorsements([problem.pk, original.pk])
    return problem


@transaction.atomic
def restore_duplicate_problem(*, problem: Problem, by: Subject, now: datetime) -> Problem:
    """Tell a duplicate apart again: it goes back to the state it had, with its own voices, endorsements and projects."""
    lock_person(by.pk)
    problem = _locked_family(problem.pk, Problem.objects.values_list("duplicate_of_id", flat=True).get(pk=problem.pk))[
        problem.pk
    ]
    check_can_decide_problem(by, problem, now)
    if problem.state != Problem.State.DUPLICATE:
        raise TransitionRefused(_("This is no duplicate. Nothing was changed."))
    original_id = problem.duplicate_of_id  # as it is under the lock
    steps = StateChange.objects.filter(object_id=problem.pk, to_state=Problem.State.DUPLICATE)
    before = steps.order_by("changed_at", "pk").values_list("from_state", flat=True).last()
    problem.duplicate_of = None
    to = before if before in problem.TRANSITIONS[problem.state] else Problem.State.SUBMITTED
    move_problem(problem, to, by=by, now=now, also=["duplicate_of"], original=original_id)
    count_endorsements([pk for pk in (problem.pk, original_id) if pk])
    return problem


def _locked_family(*ids: UUID | None) -> dict[UUID, Problem]:
    """Both problems and whatever repeats the first, in the order of their ids: nobody waits in a ring."""
    rows = Problem.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").order_by("pk")
    repeating = Problem.objects.filter(duplicate_of=ids[0]).values("pk")
    return {row.pk: row for row in rows.filter(pk__in=[pk for pk in ids if pk]) | rows.filter(pk__in=repeating)}
