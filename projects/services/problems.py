"""The life of a problem: told, handed in, decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError, TransitionRefused
from core.events import record_event
from core.transitions import change_state, note_state
from guilds.models import Guild
from projects.models import Problem
from projects.permissions import check_can_decide_problem, check_can_edit_problem, check_can_post_problem
from projects.services.sent_twice import sent_before
from projects.slugs import save_under_free_slug

#: What the author writes; everything else about a problem is decided by others.
PROBLEM_FIELDS = (
    "title",
    "statement",
    "affected_people",
    "affected_count",
    "evidence",
    "place",
    "latitude",
    "longitude",
    "language",
)


class ReasonMissing(DomainError):
    """A refusal without a reason helps nobody."""

    code = "reason_missing"


class ProblemUnfinished(DomainError):
    """The problem lacks what a maintainer needs to decide on it."""

    code = "problem_unfinished"


@transaction.atomic
def draft_problem(
    *, guild: Guild, by: Subject, now: datetime, title: str, statement: str = "", **fields: Any
) -> Problem:
    """Start a problem that only its author sees; sent twice it is one. `fields` as in PROBLEM_FIELDS."""
    check_can_post_problem(by, guild)
    sent = sent_before(Problem, by=by, now=now, guild=guild, state="draft", title=title, statement=statement)
    if sent:
        return sent
    problem = Problem(guild=guild, author=by, title=title, statement=statement, created_at=now, **fields)
    save_under_free_slug(problem, "problem")
    note_state(problem, "", actor=by.pk, now=now)
    _event("problem.drafted", problem, by=by, now=now)
    return problem


@transaction.atomic
def edit_problem(*, problem: Problem, by: Subject, now: datetime, **fields: Any) -> Problem:
    """Change a problem's words (its author while a draft, maintainers until it is decided)."""
    lock_person(by.pk)
    problem = _locked(problem)
    check_can_edit_problem(by, problem, now)
    for name, value in fields.items():
        if name not in PROBLEM_FIELDS:
            raise ValueError(f"{name} is not edited here")
        setattr(problem, name, value)
    problem.save(update_fields=list(fields))
    return problem


@transaction.atomic
def submit_problem(*, problem: Problem, by: Subject, now: datetime) -> Problem:
    """Hand a draft to the guild's maintainers. Raises ProblemUnfinished without statement, people and place."""
    problem = _locked(problem)
    if problem.state == Problem.State.SUBMITTED:
        raise TransitionRefused(_("This problem is handed in already. Nothing was changed."))
    check_can_edit_problem(by, problem, now)
    missing = [
        label
        for label, value in [
            (_("what happens, and to whom"), problem.statement.strip()),
            (_("who is affected"), problem.affected_people.strip()),
            (_("place"), problem.place.strip()),
        ]
        if not value
    ]
    if missing:
        raise ProblemUnfinished(_("Before you hand it in, please add: %(list)s.") % {"list": ", ".join(missing)})
    problem.submitted_at = now
    return _move(problem, Problem.State.SUBMITTED, by=by, now=now, also=["submitted_at"])


@transaction.atomic
def accept_problem(*, problem: Problem, by: Subject, now: datetime) -> Problem:
    """Take a problem on: from now on a project may answer it."""
    problem = _locked(problem)
    check_can_decide_problem(by, problem, now)
    problem.accepted_at = problem.accepted_at or now
    return _move(problem, Problem.State.ACCEPTED, by=by, now=now, also=["accepted_at"])


@transaction.atomic
def decide_problem(*, problem: Problem, to: str, by: Subject, now: datetime, reason: str) -> Problem:
    """Reject, park, resume, pilot or solve a problem, with a reason that its author reads.

    Raises ReasonMissing without a reason and TransitionRefused for a step that is not declared.
    """
    lock_person(by.pk)
    problem = _locked(problem)
    check_can_decide_problem(by, problem, now)
    if not reason.strip():
        raise ReasonMissing(_("Please say why, in a sentence the author will read."))
    if to == Problem.State.DUPLICATE:
        raise DomainError(_("Say which problem this one repeats."))
    if to in (Problem.State.ACCEPTED, Problem.State.IN_PROJECT):
        problem.accepted_at = problem.accepted_at or now
    return _move(problem, to, by=by, now=now, reason=reason, also=["accepted_at"])


@transaction.atomic
def mark_duplicate_problem(*, problem: Problem, original: Problem, by: Subject, now: datetime) -> Problem:
    """Say that a problem repeats another one of the same guild; the author's credit stays with the row."""
    # Both, in the order of their ids: two people who call each the other's duplicate would leave a ring.
    both = Problem.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").order_by("pk")
    found = {row.pk: row for row in both.filter(pk__in=[problem.pk, original.pk])}
    problem, original = found[problem.pk], found[original.pk]
    check_can_decide_problem(by, problem, now)
    if original.guild_id != problem.guild_id or original.pk == problem.pk or original.state == "duplicate":
        raise DomainError(_("Choose another problem of this guild that isn't a duplicate itself."))
    problem.duplicate_of = original
    return _move(problem, Problem.State.DUPLICATE, by=by, now=now, also=["duplicate_of"])


def _locked(problem: Problem) -> Problem:
    return Problem.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").get(pk=problem.pk)


def _move(
    problem: Problem, to: str, *, by: Subject, now: datetime, reason: str = "", also: list[str] | None = None
) -> Problem:
    change = change_state(problem, to, actor=by.pk, now=now, reason=reason, also=also)
    _event("problem.changed", problem, by=by, now=now, from_state=change.from_state, to_state=change.to_state)
    return problem


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
