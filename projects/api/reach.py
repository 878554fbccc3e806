"""Which problems, projects and tasks a sender may see: the same as on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from accounts.queries import display_names
from core.api.held_links import hold_links
from core.written import with_links
from guilds.api.reach import names_told_in, own_ids, reads_all_of, viewer_of
from projects.models import Problem, Project, Task
from projects.queries import open_tasks, with_open_tasks


def problem_for(request: Request, slug: str) -> Problem:
    """A problem: somebody's draft is theirs alone; a rejected one its author's and theirs who decide. Raises Http404."""
    found = get_object_or_404(Problem.objects.select_related("guild", "duplicate_of"), slug=slug)
    if found.state in (Problem.State.DRAFT, Problem.State.REJECTED):
        viewer = viewer_of(request, found.guild_id)
        decides = viewer.is_maintainer or viewer.is_hub_steward
        if not (viewer.is_person(found.author_id) or (decides and found.state == Problem.State.REJECTED)):
            raise Http404
    return found


def shown_problem(problem: Problem, request: Request) -> Problem:
    """The problem as it is now, with what its shape tells."""
    rows = with_open_tasks(with_links(Problem.objects.select_related("guild", "duplicate_of")))
    found = rows.get(pk=problem.pk)
    return told_problems([found], request)[0]


def told_problems(problems: Iterable[Problem], request: Request) -> list[Problem]:
    """Problems read `with_links`, as this sender may have them."""
    ids = own_ids(request)
    found = hold_links(problems, ids, reads_all_of(request, lambda problem: problem.guild_id))
    for problem in found:
        problem.is_yours = problem.author_id in ids
    return found


def projects_counted() -> QuerySet[Project]:
    """Projects with `open_task_count`."""
    tasks = open_tasks().filter(project_id=OuterRef("pk")).order_by().values("project_id")
    count = Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    rows = with_links(Project.objects.select_related("guild", "problem"))
    return rows.annotate(open_task_count=Coalesce(count, 0))


def project_for(slug: str) -> Project:
    """A project, which everybody may read. Raises Http404."""
    return get_object_or_404(projects_counted(), slug=slug)


def told_projects(projects: Iterable[Project], request: Request) -> list[Project]:
    """Projects read `with_links`, as this sender may have them."""
    return hold_links(projects, own_ids(request), reads_all_of(request, lambda project: project.guild_id))


def shown_project(slug: str, request: Request) -> Project:
    """The project as it is now, as this sender may have it."""
    return told_projects([project_for(slug)], request)[0]


def task_for(request: Request, pk: UUID) -> Task:
    """A task; a draft is for its author and for maintainers. Raises Http404."""
    found = get_object_or_404(Task.objects.select_related("project__guild"), pk=pk)
    if found.state == Task.State.DRAFT:
        viewer = viewer_of(request, found.project.guild_id)
        if not (viewer.is_maintainer or viewer.is_person(found.author_id)):
            raise Http404
    return found


def shown_tasks(tasks: list[Task], request: Request) -> list[Task]:
    """Tasks with their `taker`, named where the sender sees names. Two statements at most."""
    ids = own_ids(request)
    told = names_told_in(request, {task.project.guild_id for task in tasks if task.claimed_by_id})
    names = display_names(task.claimed_by_id for task in tasks if task.project.guild_id in told and task.claimed_by_id)
    for task in tasks:
        is_you = task.claimed_by_id in ids
        task.taker = {"name": names.get(task.claimed_by_id, ""), "is_you": is_you} if task.claimed_by_id else None
        if not (is_you or task.project.guild_id in told):
            task.lease_ends_at = None
    return hold_links(tasks, ids, reads_all_of(request, lambda task: task.project.guild_id))


def shown_task(task: Task, request: Request) -> Task:
    """One task as it is now, as this sender may see it."""
    return shown_tasks([with_links(Task.objects.select_related("project__guild")).get(pk=task.pk)], request)[0]
