"""The life of a problem: told, handed in, decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_person
from core.errors import DomainError, TransitionRefused
from core.events import record_event
from core.limits import check_limit
from core.meanwhile import check_seen, is_as_stored
from core.transitions import change_state, note_state
from core.written import check_not_hidden
from guilds.models import Guild
from projects.models import Problem
from projects.permissions import (
    check_can_decide_problem,
    check_can_discard_problem,
    check_can_edit_problem,
    check_can_post_problem,
)
from projects.queries.places import find_place
from projects.rules import coarse
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


class ProblemHasOthersWork(DomainError):
    """A draft can't go, because others built on it while it was public."""

    code = "others_work"


class ProblemGone(DomainError):
    """The draft was deleted."""

    code = "problem_gone"


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
    check_limit("problem", by.pk, now=now)
    problem = Problem(guild=guild, author=by, title=title, statement=statement, created_at=now, **_coarse(fields))
    problem.found_place = find_place(problem.place)
    save_under_free_slug(problem, "problem")
    note_state(problem, "", actor=by.pk, now=now)
    _event("problem.drafted", problem, by=by, now=now)
    return problem


@transaction.atomic
def edit_problem(*, problem: Problem, by: Subject, now: datetime, seen: str = "", **fields: Any) -> Problem:
    """Change a problem's words (its author while a draft, maintainers until it is decided).

    `seen` is what the writer read (`core.meanwhile.check_seen`). When it was changed since, nothing is overwritten: raises
    ChangedMeanwhile, which holds the `stored` words. The same words sent again are no change.
    """
    lock_person(by.pk)
    problem = _locked(problem)
    check_can_edit_problem(by, problem, now)
    if unknown := set(fields) - set(PROBLEM_FIELDS):
        raise ValueError(f"{sorted(unknown)} are not edited here")
    fields = _coarse(fields)
    if is_as_stored(problem, fields):
        return problem
    check_not_hidden(problem, fields)
    check_seen(problem, fields, seen=seen, whole=PROBLEM_FIELDS)
    for name, value in fields.items():
        setattr(problem, name, value)
    if "place" in fields:
        problem.found_place = find_place(problem.place)
    problem.edited_at = now
    problem.save(update_fields=[*fields, "found_place", "edited_at"])
    return problem


def _coarse(fields: dict[str, Any]) -> dict[str, Any]:
    """The same with the position as coarse as it is stored."""
    return {name: coarse(value) if name in ("latitude", "longitude") else value for name, value in fields.items()}


@transaction.atomic
def discard_problem(*, problem: Problem, by: Subject, now: datetime) -> None:
    """Delete a draft for good. Twice is once. Raises ProblemHasOthersWork for one that was public and was built on."""
    lock_person(by.pk)
    found = (
        Problem.objects.select_for_update(no_key=True, of=("self",))
        .select_related("guild")
        .filter(pk=problem.pk)
        .first()
    )
    if found is None:
        return
    problem = found
    check_can_discard_problem(by, problem)
    others = problem.voices.exclude(author_id__in=linked_subjects(by.pk))
    if others.exists() or problem.projects.exists() or problem.duplicates.exists():
        raise ProblemHasOthersWork(
            _(
                "Others have added to this problem while it was public. Hand it in again, and ask a maintainer to decline it."
            )
        )
    _event("problem.discarded", problem, by=by, now=now)
    problem.voices.all().delete()
    problem.endorsements.all().delete()
    problem.delete()


@transaction.atomic
def submit_problem(*, problem: Problem, by: Subject, now: datetime) -> Problem:
    """Hand a draft to the guild's maintainers. Raises ProblemUnfinished without statement, people and place."""
    problem = _locked(problem)
    if problem.state == Problem.State.SUBMITTED:
        raise TransitionRefused(_("This problem is handed in already. Nothing was changed."))
    check_can_edit_problem(by, problem, now)
    missing = missing_words(problem)
    if missing:
        raise ProblemUnfinished(_("Before you hand it in, please add: %(list)s.") % {"list": ", ".join(missing)})
    problem.submitted_at = now
    return move_problem(problem, Problem.State.SUBMITTED, by=by, now=now, also=["submitted_at"])


def missing_words(problem: Problem) -> list[str]:
    """What a draft still lacks before a maintainer can decide on it, in words."""
    needed = [
        (_("what happens, and to whom"), problem.statement),
        (_("who is affected"), problem.affected_people),
        (_("place"), problem.place),
    ]
    return [label for label, words in needed if not words.strip()]


@transaction.atomic
def accept_problem(*, problem: Problem, by: Subject, now: datetime) -> Problem:
    """Take a problem on: from now on a project may answer it."""
    problem = _locked(problem)
    check_can_decide_problem(by, problem, now)
    problem.accepted_at = problem.accepted_at or now
    return move_problem(problem, Problem.State.ACCEPTED, by=by, now=now, also=["accepted_at"])


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
    if problem.state == Problem.State.DUPLICATE:
        raise TransitionRefused(_("This is a duplicate. Tell it apart from the other one first."))
    if to in (Problem.State.ACCEPTED, Problem.State.IN_PROJECT):
        problem.accepted_at = problem.accepted_at or now
    return move_problem(problem, to, by=by, now=now, reason=reason, also=["accepted_at"])


def _locked(problem: Problem) -> Problem:
    rows = Problem.objects.select_for_update(no_key=True, of=("self",)).select_related("guild")
    found = rows.filter(pk=problem.pk).first()
    if found is None:
        raise ProblemGone(_("This draft was deleted meanwhile. What you typed is still on this page; copy it."))
    return found


def move_problem(
    problem: Problem,
    to: str,
    *,
    by: Subject,
    now: datetime,
    reason: str = "",
    also: list[str] | None = None,
    original: UUID | None = None,
) -> Problem:
    """Take one declared step of a locked problem and tell of it."""
    change = change_state(problem, to, actor=by.pk, now=now, reason=reason, also=also)
    _event(
        "problem.changed",
        problem,
        by=by,
        now=now,
        from_state=change.from_state,
        to_state=change.to_state,
        original=original,
    )
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
