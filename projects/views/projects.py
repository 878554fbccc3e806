"""One project with its tasks and its buttons, and proposing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import display_names, ids_of
from core.http import Action, attempt, perform
from core.languages import language_name
from guilds.permissions import check_member
from guilds.queries import Viewer, viewer_in
from projects import queries
from projects.forms import PROJECT_STEPS, ProjectForm, ProjectStepForm
from projects.models import Problem, Project
from projects.permissions import check_can_maintain
from projects.rules import PROBLEM_OPEN_TO_PROJECTS, PROJECT_TRANSITIONS
from projects.services import change_project_state, edit_project, propose_project
from projects.views.words import PROJECT_HISTORY, steps_for


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose a project that answers an accepted problem."""
    public = Problem.objects.public() | Problem.objects.filter(author_id__in=ids_of(request.user))
    problem = get_object_or_404(public.select_related("guild"), slug=slug)
    check_member(request.user.subject, problem.guild)
    form = ProjectForm(request.POST or None, initial={"language": problem.language})
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            made = propose_project(problem=problem, by=request.user.subject, now=timezone.now(), **form.cleaned_data)
        if tried.went_through:
            messages.success(request, _("Proposed. A maintainer starts it; then it takes tasks and hours."))
            return redirect(made)
    is_open = problem.state in PROBLEM_OPEN_TO_PROJECTS
    return render(request, "projects/project_new.html", {"form": form, "problem": problem, "is_open": is_open})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a project's words."""
    found = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    check_can_maintain(request.user.subject, found, timezone.now())
    title = found.title  # the form writes into the object it is given
    form = ProjectForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            edit_project(project=found, by=request.user.subject, now=timezone.now(), **form.cleaned_data)
        if tried.went_through:
            messages.success(request, _("Saved."))
            return redirect(found)
    return render(request, "projects/project_edit.html", {"form": form, "project": found, "title": title})


@require_http_methods(["GET", "HEAD", "POST"])
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one project; its buttons post here."""
    found = get_object_or_404(queries.project_pages(), slug=slug)
    found.viewer = viewer_in(request.user, found.guild_id, timezone.now())
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def _show(request: HttpRequest, project: Project, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    viewer: Viewer = project.viewer
    tasks = queries.tasks_of(project)
    history = steps_for(project, viewer, PROJECT_HISTORY)
    takers = display_names(task.claimed_by_id for task in tasks.under_way) if viewer.sees_names else {}
    for task in tasks.under_way:
        task.taker = takers.get(task.claimed_by_id, "")
    forms: dict[str, BaseForm] = {"step": _step_form(project)} if viewer.is_maintainer and _steps(project) else {}
    return render(
        request,
        "projects/project.html",
        {
            "project": project,
            "viewer": viewer,
            "language": language_name(project.language),
            "tasks": tasks,
            "history": history,
            "last_step": history[-1] if history else None,
            "forms": {**forms, **(typed or {})},
        },
    )


def _steps(project: Project) -> list[tuple[str, Any]]:
    """What may follow, but for starting a proposal: that is a button of its own."""
    nexts = PROJECT_TRANSITIONS[project.state] - {"incubating"}
    return [(to, words) for to, words in PROJECT_STEPS.items() if to in nexts]


def _step_form(project: Project, data: QueryDict | None = None) -> ProjectStepForm:
    return ProjectStepForm(data, steps=_steps(project))


def _start(request: HttpRequest, project: Project, values: dict[str, Any]) -> str:
    change_project_state(project=project, to="incubating", by=request.user.subject, now=timezone.now())
    return _("Started. Members can log open work now; publish tasks so that they know where to begin.")


def _step(request: HttpRequest, project: Project, values: dict[str, Any]) -> str:
    change_project_state(
        project=project, to=values["to"], by=request.user.subject, now=timezone.now(), reason=values["reason"]
    )
    return _("Done; it is in the project's history.")


def _maintainers_only(request: HttpRequest, project: Project) -> None:
    check_can_maintain(request.user.subject, project, timezone.now())


ACTIONS = {"start": Action(_start), "step": Action(_step, form=_step_form, check=_maintainers_only)}
