"""One task with its buttons, and writing one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import display_names
from core.http import Action, attempt, perform
from core.ids import uuid7
from core.meanwhile import beside, seen_in
from core.timeline import actors, timeline
from guilds.models import Policy
from guilds.queries import Viewer, current_policy, viewer_in
from guilds.services import join_guild
from projects import queries
from projects.forms import ClaimForm, ProgressForm, TaskForm
from projects.forms.work import days_in_words
from projects.models import Project, Task
from projects.permissions import check_can_maintain
from projects.rules import TASK_TRANSITIONS
from projects.services import (
    claim_task,
    draft_task,
    edit_task,
    expire_task,
    extend_claim,
    note_progress,
    publish_task,
    release_task,
    save_task_template,
)
from projects.services.tasks import TASK_FIELDS
from projects.views.templates import begun_from
from projects.views.words import TASK_HISTORY
from reputation.rules import PointPolicy, points

#: The rating that "does what the task asked": the points a task page promises.
USUAL_RUBRIC = 3


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a task of a project; it opens when it is published."""
    project = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    check_can_maintain(request.user.subject, project, timezone.now())
    template = request.GET.get("template", "")
    form = TaskForm(request.POST or None, initial=begun_from(project, template) if template else None)
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            made = draft_task(project=project, by=request.user.subject, now=timezone.now(), **form.cleaned_data)
        if tried.went_through:
            messages.success(request, _("Written. Read it once more, then publish it."))
            return redirect(made)
    return render(request, "projects/task_new.html", {"form": form, "project": project})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task_edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Change a task's words; what points depend on only until it is published."""
    found = get_object_or_404(Task.objects.select_related("project__guild"), pk=pk)
    check_can_maintain(request.user.subject, found.project, timezone.now())
    title = found.title  # the form writes into the object it is given
    shown: dict[str, Any] = {"task": found, "title": title, "seen": seen_in(request, found, TASK_FIELDS)}
    form = TaskForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            seen = shown["seen"]
            edit_task(task=found, by=request.user.subject, now=timezone.now(), seen=seen, **form.cleaned_data)
        if tried.went_through:
            messages.success(request, _("Saved."))
            return redirect(found)
        shown |= beside(form, tried.refusal)
    status = 409 if "stored" in shown else 200
    return render(request, "projects/task_edit.html", {"form": form, **shown}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, pk: Any) -> HttpResponse:
    """The page of one task; its buttons post here. A draft is the maintainers' own."""
    found = get_object_or_404(queries.task_pages(), pk=pk)
    found.viewer = viewer_in(request.user, found.project.guild_id, timezone.now())
    if found.state == Task.State.DRAFT and not (found.viewer.is_maintainer or found.viewer.is_person(found.author_id)):
        raise Http404
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def _show(request: HttpRequest, task: Task, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    viewer: Viewer = task.viewer
    policy = current_policy(task.project.guild_id, timezone.now())
    people = actors(task.history) | ({task.claimed_by_id} if task.claimed_by_id else set())
    people |= {UUID(note["by"]) for note in task.notes}
    names = display_names(people, to_members=viewer.sees_names)
    is_mine = viewer.is_person(task.claimed_by_id)
    nexts = TASK_TRANSITIONS[task.state]
    can_release = task.state in ("claimed", "returned") and (is_mine or viewer.is_maintainer)
    return render(
        request,
        "projects/task.html",
        {
            "task": task,
            "project": task.project,
            "viewer": viewer,
            "is_mine": is_mine,
            "is_takeable": task.state == Task.State.PUBLISHED and task.project.takes_work,
            "taker": names.get(task.claimed_by_id, ""),
            "points": _points(task, policy),
            "notes": [_note(note, names, viewer) for note in task.notes] if viewer.sees_names else [],
            "history": timeline(task.history, TASK_HISTORY, names=names, with_reasons=viewer.sees_names),
            "can_publish": viewer.is_maintainer and "published" in nexts and task.state in ("draft", "expired"),
            "longest_claim": days_in_words(policy.claim_lease_days),
            "can_release": can_release,
            "can_extend": is_mine and task.state == "claimed" and not task.lease_extended_at,
            "can_note": is_mine
            or any(row["to"] == "claimed" and viewer.is_person(_uuid(row["by"])) for row in task.history),
            "draft_id": uuid7(),
            "today": timezone.localdate(),
            "can_close": viewer.is_maintainer and "expired" in nexts,
            "forms": {
                "claim": ClaimForm(most_days=policy.claim_lease_days),
                "progress": ProgressForm(prefix="progress"),
                "release": ProgressForm(prefix="release"),
                **(typed or {}),
            },
        },
    )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _note(note: dict[str, Any], names: dict[UUID, str], viewer: Viewer) -> dict[str, Any]:
    """A progress note as the page shows it."""
    by = UUID(note["by"])
    return {**note, "at": datetime.fromisoformat(note["at"]), "who": names.get(by, ""), "mine": viewer.is_person(by)}


def _points(task: Task, in_force: Policy) -> int:
    """What the task brings when it takes as long as estimated and does what was asked."""
    policy = PointPolicy.of(in_force)
    return points(task.estimate_minutes, policy.difficulty[task.difficulty], policy.quality[USUAL_RUBRIC], policy)


def _publish(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    publish_task(task=task, by=request.user.subject, now=timezone.now())
    return _("Published. Members can take it; its difficulty and estimate stand from now on.")


def _join(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    join_guild(guild=task.project.guild, by=request.user.subject, now=timezone.now())
    return _("You belong to %(guild)s now.") % {"guild": task.project.guild.name}


def _claim(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    # Read by hand: a refusal is mostly that somebody was quicker, and belongs to no field.
    days = request.POST.get("days", "")
    claim_task(task=task, by=request.user.subject, now=timezone.now(), days=int(days) if days[:4].isdecimal() else None)
    return _("It is yours. Log your hours on it when you have done some.")


def _extend(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    extend_claim(task=task, by=request.user.subject, now=timezone.now())
    return _("You have as much time again.")


def _progress_form(task: Task, data: QueryDict | None = None) -> ProgressForm:
    return ProgressForm(data, prefix="progress")


def _note_progress(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    note_progress(task=task, by=request.user.subject, now=timezone.now(), **values)
    return _("Kept. It stays on the task, whoever goes on with it.")


def _release_form(task: Task, data: QueryDict | None = None) -> ProgressForm:
    return ProgressForm(data, prefix="release")


def _release(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    release_task(task=task, by=request.user.subject, now=timezone.now(), **values)
    return _("Given back. Somebody else can take it now; hours that were logged stay with their person.")


def _save_template(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    save_task_template(task=task, by=request.user.subject, now=timezone.now())
    return _("Kept as a template. You find it where you write a new task.")


def _close(request: HttpRequest, task: Task, values: dict[str, Any]) -> str:
    expire_task(task=task, by=request.user.subject, now=timezone.now())
    return _("Closed. You can open it again.")


ACTIONS = {
    "publish": Action(_publish),
    "join": Action(_join),
    "claim": Action(_claim),
    "extend": Action(_extend),
    "progress": Action(_note_progress, form=_progress_form),
    "release": Action(_release, form=_release_form),
    "template": Action(_save_template),
    "close": Action(_close),
}
