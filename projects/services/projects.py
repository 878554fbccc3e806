"""The life of a project: proposed for an accepted problem, started, rested, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError
from core.events import record_event
from core.limits import check_limit
from core.meanwhile import check_seen
from core.transitions import change_state, note_state
from core.written import check_not_hidden
from guilds.permissions import check_guild_open, check_member
from guilds.queries import current_policy
from projects.models import Problem, Project, Task
from projects.permissions import check_can_maintain
from projects.rules import PROBLEM_OPEN_TO_PROJECTS, PROJECT_TAKES_WORK
from projects.services.problems import ReasonMissing
from projects.services.sent_twice import sent_before
from projects.slugs import save_under_free_slug

PROJECT_FIELDS = ("title", "summary", "repository_url", "language")


class ProblemNotAccepted(DomainError):
    """A project answers an accepted problem, and this one is not."""

    code = "problem_not_accepted"


@transaction.atomic
def propose_project(
    *,
    problem: Problem,
    by: Subject,
    now: datetime,
    title: str,
    summary: str,
    repository_url: str = "",
    language: str = "en",
) -> Project:
    """Propose work on an accepted problem, with its open-work task as a draft; sent twice it is one.

    Raises ProblemNotAccepted.
    """
    sent = sent_before(Project, by=by, now=now, problem=problem, state="proposal", title=title, summary=summary)
    if sent:
        return sent
    problem = Problem.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").get(pk=problem.pk)
    check_guild_open(problem.guild)
    check_member(by, problem.guild)
    if problem.state not in PROBLEM_OPEN_TO_PROJECTS:
        raise ProblemNotAccepted(
            _("A project answers an accepted problem. This one is “%(state)s”; a maintainer accepts it first.")
            % {"state": problem.get_state_display()}
        )
    check_limit("project", by.pk, now=now)
    project = Project(
        guild=problem.guild,
        problem=problem,
        title=title,
        summary=summary,
        repository_url=repository_url,
        language=language,
        author=by,
        created_at=now,
    )
    save_under_free_slug(project, "project")
    note_state(project, "", actor=by.pk, now=now)
    task = Task.objects.create(
        project=project,
        title=_("Open work on %(project)s") % {"project": title[:100]},
        description=_("Whatever no task foresaw. Say what you did; a reviewer decides what counts."),
        is_open_work=True,
        role="code",
        difficulty=Task.Difficulty.S,
        estimate_minutes=current_policy(problem.guild_id, now).open_work_minutes,
        author=by,
        created_at=now,
    )
    note_state(task, "", actor=by.pk, now=now)
    _event("project.proposed", project, by=by, now=now, problem=problem.pk)
    return project


@transaction.atomic
def edit_project(*, project: Project, by: Subject, now: datetime, seen: str = "", **fields: Any) -> Project:
    """Change a project's words. Raises ChangedMeanwhile when they are not what was `seen` any more."""
    lock_person(by.pk)
    project = _locked(project)
    check_can_maintain(by, project, now)
    if unknown := set(fields) - set(PROJECT_FIELDS):
        raise ValueError(f"{sorted(unknown)} are not edited here")
    check_not_hidden(project, fields)
    check_seen(project, fields, seen=seen, whole=PROJECT_FIELDS)
    for name, value in fields.items():
        setattr(project, name, value)
    project.save(update_fields=list(fields))
    return project


@transaction.atomic
def change_project_state(*, project: Project, to: str, by: Subject, now: datetime, reason: str = "") -> Project:
    """Move a project one declared step. Starting it publishes its open-work task and moves its problem on.

    Resting, archiving and quarantining need a reason. Raises ReasonMissing, TransitionRefused.
    """
    lock_person(by.pk)
    problem = _locked_problem(project.problem_id)
    project = _locked(project)
    check_can_maintain(by, project, now)
    if to in ("dormant", "archived", "quarantined") and not reason.strip():
        raise ReasonMissing(_("Please say why, in a sentence that members will read."))
    change = change_state(project, to, actor=by.pk, now=now, reason=reason)
    _event("project.changed", project, by=by, now=now, from_state=change.from_state, to_state=change.to_state)
    if to in PROJECT_TAKES_WORK:
        _start(project, problem, by=by, now=now)
    return project


def _start(project: Project, problem: Problem, *, by: Subject, now: datetime) -> None:
    """A started project's open work is open, and its problem is no longer waiting."""
    from projects.services.tasks import publish_task

    if problem.state == Problem.State.ACCEPTED:
        change = change_state(problem, Problem.State.IN_PROJECT, actor=by.pk, now=now)
        record_event(
            "problem.changed",
            now=now,
            actor=by.pk,
            guild=problem.guild_id,
            object_kind="problem",
            object_id=problem.pk,
            data={"from_state": change.from_state, "to_state": change.to_state},
        )
    open_work = Task.objects.get(project=project, is_open_work=True)
    if open_work.state == Task.State.DRAFT:
        publish_task(task=open_work, by=by, now=now)


def _locked_problem(problem_id: UUID) -> Problem:
    """The problem that a project answers: the original, when the one it was proposed for was merged into another."""
    merged_into = Problem.objects.filter(pk=problem_id).values("duplicate_of")
    rows = Problem.objects.filter(Q(pk=problem_id) | Q(pk__in=merged_into)).select_for_update(no_key=True)
    found = {row.pk: row for row in rows.order_by("pk")}
    return found[found[problem_id].duplicate_of_id or problem_id]


def _locked(project: Project) -> Project:
    return Project.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").get(pk=project.pk)


def _event(kind: str, project: Project, *, by: Subject, now: datetime, **data: Any) -> None:
    record_event(
        kind,
        now=now,
        actor=by.pk,
        guild=project.guild_id,
        object_kind="project",
        object_id=project.pk,
        data=data,
    )
