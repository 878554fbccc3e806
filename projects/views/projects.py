"""One project with its tasks and its buttons, and proposing one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import display_names, ids_of
from core.formats import format_number
from core.http import Action, attempt, perform
from core.languages import language_name
from core.meanwhile import beside, seen_in
from core.timeline import timeline
from guilds.permissions import check_member
from guilds.queries import Viewer, viewer_in
from projects import queries
from projects.forms import PROJECT_STEPS, ProjectForm, ProjectStepForm
from projects.models import Problem, Project
from projects.permissions import check_can_maintain
from projects.queries.timeline import HAPPENINGS_PER_PAGE
from projects.queries.work import TASKS_PER_PAGE
from projects.rules import PROBLEM_OPEN_TO_PROJECTS, PROJECT_TRANSITIONS
from projects.services import change_project_state, edit_project, propose_project
from projects.services.projects import PROJECT_FIELDS
from projects.views.paging import page_number, paged
from projects.views.words import PROJECT_HISTORY, TASK_GROUP_WORDS, happening_in_words


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
    shown: dict[str, Any] = {"project": found, "title": title, "seen": seen_in(request, found, PROJECT_FIELDS)}
    form = ProjectForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            seen = shown["seen"]
            edit_project(project=found, by=request.user.subject, now=timezone.now(), seen=seen, **form.cleaned_data)
        if tried.went_through:
            messages.success(request, _("Saved."))
            return redirect(found)
        shown |= beside(form, tried.refusal)
    status = 409 if "stored" in shown else 200
    return render(request, "projects/project_edit.html", {"form": form, **shown}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one project; its buttons post here."""
    found = queries.project_page(slug)
    if found is None:
        raise Http404
    found.viewer = viewer_in(request.user, found.guild_id, timezone.now())
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def _show(request: HttpRequest, project: Project, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    viewer: Viewer = project.viewer
    names = project.people if viewer.sees_names else {}
    history = timeline(project.history, PROJECT_HISTORY, names=names, with_reasons=viewer.sees_names)
    taken = [row if viewer.sees_names or row.is_public else row.nameless() for row in project.task_list.under_way]
    forms: dict[str, BaseForm] = {"step": _step_form(project)} if viewer.is_maintainer and _steps(project) else {}
    return render(
        request,
        "projects/project.html",
        {
            "project": project,
            "viewer": viewer,
            "language": language_name(project.language),
            "tasks": project.task_list,
            "taken": taken,
            "history": history,
            "last_step": history[-1] if history else None,
            "forms": {**forms, **(typed or {})},
        },
    )


@require_safe
def project_tasks(request: HttpRequest, slug: str) -> HttpResponse:
    """Every task of a project by what can be done with it, page by page. Drafts are the maintainers' own."""
    found = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    viewer = viewer_in(request.user, found.guild_id, timezone.now())
    group = request.GET.get("state", "open")
    names = [name for name in queries.TASK_GROUPS if name != "drafts" or viewer.is_maintainer]
    group = group if group in names else "open"
    rows = queries.task_page(found, group, page=page_number(request))
    people = {task.claimed_by_id for task in rows if task.claimed_by_id}
    takers = display_names(people, to_members=viewer.sees_names)
    for task in rows:
        task.taker = takers.get(task.claimed_by_id, "")
    counts = queries.task_counts(found)
    tabs = [
        {
            "label": f"{TASK_GROUP_WORDS[name]} ({format_number(counts.get(name, 0))})",
            "url": f"?state={name}",
            "current": name == group,
        }
        for name in names
    ]
    return render(
        request,
        "projects/project_tasks.html",
        {
            "project": found,
            "viewer": viewer,
            "group": group,
            "tabs": tabs,
            **paged(request, rows, TASKS_PER_PAGE, state=group),
        },
    )


@require_safe
def project_timeline(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that happened to a project, newest first; the public sees no reasons, and the names of those who show theirs."""
    found = get_object_or_404(Project.objects.select_related("guild", "problem"), slug=slug)
    viewer = viewer_in(request.user, found.guild_id, timezone.now())
    rows = queries.project_timeline(found, before=_moment(request.GET.get("before", "")))
    shown = rows[:HAPPENINGS_PER_PAGE]
    names = display_names({row.person for row in shown if row.person}, to_members=viewer.sees_names)
    next_url = f"?{urlencode({'before': shown[-1].at.isoformat()})}" if len(rows) > HAPPENINGS_PER_PAGE else ""
    return render(
        request,
        "projects/project_timeline.html",
        {
            "project": found,
            "viewer": viewer,
            "items": [happening_in_words(row, found, names, viewer.sees_names) for row in shown],
            "next_url": next_url,
            "is_first": "before" not in request.GET,
        },
    )


def _moment(text: str) -> datetime | None:
    """A moment of an address; nonsense is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


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
