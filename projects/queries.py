"""Reads about problems, projects and tasks: each page's rows in as few statements as it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce

from core.timeline import history_of
from guilds.models import Guild, Membership
from projects.models import Problem, Project, Task
from projects.rules import PROJECT_TAKES_WORK

PROBLEMS_PER_PAGE = 24


def open_tasks() -> QuerySet[Task]:
    """Tasks that a member can take now, open work left out."""
    return Task.objects.filter(state=Task.State.PUBLISHED, is_open_work=False, project__state__in=PROJECT_TAKES_WORK)


def with_open_tasks(problems: QuerySet[Problem]) -> QuerySet[Problem]:
    """Add `open_task_count` and `shortest_minutes` (None without a task): what somebody could do about it today."""
    tasks = open_tasks().filter(project__problem_id=OuterRef("pk")).order_by().values("project__problem_id")
    return problems.annotate(
        open_task_count=Coalesce(Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        shortest_minutes=Subquery(tasks.annotate(n=Min("estimate_minutes")).values("n")),
    )


def front_problems(limit: int = 6) -> list[Problem]:
    """Problems the guilds have taken on, those with work to do today first. One statement."""
    rows = Problem.objects.filter(state__in=["accepted", "in_project", "piloting"], guild__state=Guild.State.OPEN)
    return list(
        with_open_tasks(rows).select_related("guild").order_by("-open_task_count", "-accepted_at", "-pk")[:limit]
    )


def find_problems(wanted: Mapping[str, str], *, page: int = 1) -> list[Problem]:
    """One page of public problems, newest first, each with `total`: how many there are in all. One statement.

    One row more than a page holds says that there is a next one.
    """
    rows = Problem.objects.public().exclude(guild__state=Guild.State.PROPOSED)
    for word in wanted.get("text", "").split():
        rows = rows.filter(Q(title__icontains=word) | Q(statement__icontains=word) | Q(affected_people__icontains=word))
    if place := wanted.get("place"):
        rows = rows.filter(place__icontains=place)
    exact = {"guild": "guild__slug", "language": "language", "state": "state"}
    rows = rows.filter(**{field: wanted[name] for name, field in exact.items() if wanted.get(name)})
    start = (page - 1) * PROBLEMS_PER_PAGE
    return list(
        with_open_tasks(rows)
        .annotate(total=Window(Count("pk")))
        .select_related("guild")
        .order_by("-created_at", "-pk")[start : start + PROBLEMS_PER_PAGE + 1]
    )


_FACETS = """
SELECT DISTINCT 'guild', g.slug, g.name FROM guilds_guild g
WHERE g.state <> 'proposed' AND EXISTS (
    SELECT 1 FROM projects_problem p WHERE p.guild_id = g.id AND p.state NOT IN ('draft', 'rejected'))
UNION ALL
SELECT DISTINCT 'language', p.language, p.language FROM projects_problem p WHERE p.state NOT IN ('draft', 'rejected')
"""


def problem_facets() -> tuple[list[tuple[str, str]], list[str]]:
    """Guilds (address, name) and languages that have public problems: what a filter can choose. One statement."""
    guilds, languages = [], []
    with connection.cursor() as cursor:
        cursor.execute(_FACETS)
        for kind, value, label in cursor.fetchall():
            if kind == "guild":
                guilds.append((value, label))
            else:
                languages.append(value)
    return sorted(guilds, key=lambda pair: pair[1].casefold()), sorted(languages)


def own_drafts(reader_ids: Sequence[UUID]) -> list[Problem]:
    """Problems that only this reader sees, newest first. One statement."""
    rows = Problem.objects.filter(author_id__in=reader_ids, state=Problem.State.DRAFT)
    return list(rows.order_by("-created_at")[:20])


def problem_pages() -> QuerySet[Problem]:
    """Problems with their guild, the one they repeat, and their steps (`history`)."""
    return Problem.objects.select_related("guild", "duplicate_of").annotate(history=history_of())


def projects_of(problem: Problem) -> list[Project]:
    """The answers to a problem, each with `open_task_count`. One statement."""
    tasks = open_tasks().filter(project_id=OuterRef("pk")).order_by().values("project_id")
    rows = problem.projects.annotate(
        open_task_count=Coalesce(Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
    )
    return list(rows.order_by("created_at", "pk"))


def possible_originals(problem: Problem) -> list[tuple[UUID, str]]:
    """Problems of the same guild that this one may repeat. One statement."""
    rows = Problem.objects.public().filter(guild_id=problem.guild_id).exclude(state=Problem.State.DUPLICATE)
    return list(rows.exclude(pk=problem.pk).order_by("-created_at").values_list("pk", "title")[:500])


def project_pages() -> QuerySet[Project]:
    """Projects with guild, problem and their steps (`history`)."""
    return Project.objects.select_related("guild", "problem").annotate(history=history_of())


@dataclass(frozen=True)
class TaskList:
    """A project's tasks by what can be done with them."""

    open: list[Task]
    open_work: Task | None
    under_way: list[Task]
    drafts: list[Task]
    done_count: int


def tasks_of(project: Project) -> TaskList:
    """A project's tasks that are not finished, good first ones first, and how many are done. One statement."""
    done = Task.objects.filter(project_id=project.pk, state=Task.State.ACCEPTED)
    counted = done.order_by().values("project_id").annotate(n=Count("pk")).values("n")
    rows = list(
        Task.objects.filter(project_id=project.pk)
        .exclude(Q(state__in=[Task.State.ACCEPTED, Task.State.EXPIRED]) & Q(is_open_work=False))
        .annotate(done_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
        .order_by("-is_starter", "estimate_minutes", "created_at", "pk")
    )
    tasks = [task for task in rows if not task.is_open_work]
    return TaskList(
        open=[task for task in tasks if task.state == Task.State.PUBLISHED],
        open_work=next((task for task in rows if task.is_open_work), None),
        under_way=[task for task in tasks if task.state in ("claimed", "submitted", "returned")],
        drafts=[task for task in tasks if task.state == Task.State.DRAFT],
        done_count=rows[0].done_count if rows else 0,
    )


def task_pages() -> QuerySet[Task]:
    """Tasks with project, problem, guild and their steps (`history`)."""
    return Task.objects.select_related("project__guild", "project__problem").annotate(history=history_of())


def guilds_to_post_in(reader_ids: Sequence[UUID]) -> list[Guild]:
    """Open guilds the reader belongs to. One statement."""
    seats = Membership.objects.filter(subject_id__in=reader_ids, left_at__isnull=True)
    return list(Guild.objects.filter(state=Guild.State.OPEN, pk__in=seats.values("guild_id")).order_by("name"))


def guild_problems(guild_id: UUID, limit: int = 6) -> list[Problem]:
    """A guild's newest public problems. One statement."""
    rows = Problem.objects.public().filter(guild_id=guild_id).exclude(state=Problem.State.DUPLICATE)
    return list(with_open_tasks(rows).annotate(total=Window(Count("pk"))).order_by("-created_at", "-pk")[:limit])


def guild_projects(guild_id: UUID, limit: int = 12) -> list[Project]:
    """A guild's projects that are not archived, those with work to do first. One statement."""
    tasks = open_tasks().filter(project_id=OuterRef("pk")).order_by().values("project_id")
    rows = Project.objects.filter(guild_id=guild_id).exclude(state=Project.State.ARCHIVED)
    counted = rows.annotate(
        open_task_count=Coalesce(Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
    )
    return list(counted.order_by("-open_task_count", "-created_at", "pk")[:limit])
