"""Reads about problems: which fit a wish, one problem's page, what a person may write in. Lists: cards.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    Window,
)
from django.db.models.functions import Coalesce, JSONObject

from core.timeline import history_of
from core.written import with_links
from guilds.models import Guild, Membership
from projects.models import Endorsement, Problem, Project, Task
from projects.rules import PROJECT_TAKES_WORK

PROBLEMS_PER_PAGE = 24


def open_tasks() -> QuerySet[Task]:
    """Tasks that a member can take now, open work left out."""
    return Task.objects.filter(
        state=Task.State.PUBLISHED, is_open_work=False, hidden_at__isnull=True, project__state__in=PROJECT_TAKES_WORK
    )


def with_open_tasks(problems: QuerySet[Problem]) -> QuerySet[Problem]:
    """Add `open_task_count` and `shortest_minutes` (None without a task): what somebody could do about it today."""
    tasks = open_tasks().filter(project__problem_id=OuterRef("pk")).order_by().values("project__problem_id")
    return problems.annotate(
        open_task_count=Coalesce(Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        shortest_minutes=Subquery(tasks.annotate(n=Min("estimate_minutes")).values("n")),
    )


def matching_problems(wanted: Mapping[str, str]) -> QuerySet[Problem]:
    """Public problems that answer to every wish, in no order."""
    rows = Problem.objects.public().exclude(guild__state=Guild.State.PROPOSED)
    if wanted.get("state") != Problem.State.DUPLICATE:
        rows = rows.exclude(state=Problem.State.DUPLICATE)
    for word in wanted.get("text", "").split():
        rows = rows.filter(Q(title__icontains=word) | Q(statement__icontains=word) | Q(affected_people__icontains=word))
    if place := wanted.get("place"):
        rows = rows.filter(place__icontains=place)
    exact = {"guild": "guild__slug", "language": "language", "state": "state"}
    rows = rows.filter(**{field: wanted[name] for name, field in exact.items() if wanted.get(name)})
    if wanted.get("skill") or wanted.get("minutes"):
        rows = rows.filter(Exists(fitting_tasks(wanted.get("skill", ""), wanted.get("minutes", ""))))
    return rows


def fitting_tasks(skill: str, minutes: str) -> QuerySet[Task]:
    """Open tasks of the outer problem that need a skill (part of its name) and take at most so many minutes."""
    tasks = open_tasks().filter(project__problem_id=OuterRef("pk"))
    if minutes:
        tasks = tasks.filter(estimate_minutes__lte=int(minutes))
    if skill:
        # A separator that no skill has keeps one skill's end from matching with the next one's beginning.
        named = Func(F("skills"), Value("\x1f"), function="array_to_string", output_field=TextField())
        tasks = tasks.annotate(skills_named=named).filter(skills_named__icontains=skill)
    return tasks


def problem_pages(reader_ids: Sequence[UUID] = ()) -> QuerySet[Problem]:
    """Problems with their guild, the one they repeat, their steps (`history`), what was merged into them (`merged`: slug,
    title, author), and what this reader said (`own_endorsement`, None for nothing)."""
    merged = Problem.objects.filter(duplicate_of=OuterRef("pk")).order_by("created_at")
    family = Q(problem=OuterRef("pk")) | Q(problem__duplicate_of=OuterRef("pk"))
    own = Endorsement.objects.filter(family, subject_id__in=list(reader_ids)).order_by("kind")
    return with_links(Problem.objects.select_related("guild", "duplicate_of")).annotate(
        history=history_of(),
        merged=ArraySubquery(merged.values(row=JSONObject(slug="slug", title="title", author="author_id"))),
        own_endorsement=Subquery(own.values("kind")[:1]),
    )


def projects_of(problem: Problem) -> list[Project]:
    """The answers to a problem and to what was merged into it, each with `open_task_count`. One statement."""
    tasks = open_tasks().filter(project_id=OuterRef("pk")).order_by().values("project_id")
    answers = Project.objects.filter(Q(problem=problem) | Q(problem__duplicate_of=problem), hidden_at__isnull=True)
    rows = answers.annotate(
        open_task_count=Coalesce(Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
    )
    return list(rows.order_by("created_at", "pk"))


def first_tasks_of(problem: Problem, limit: int = 5) -> list[Task]:
    """What somebody could begin with today, good first tasks before others. One statement."""
    rows = open_tasks().filter(Q(project__problem=problem) | Q(project__problem__duplicate_of=problem))
    return list(
        rows.select_related("project").order_by("-is_starter", "estimate_minutes", "published_at", "pk")[:limit]
    )


def possible_originals(problem: Problem) -> list[tuple[UUID, str]]:
    """Problems of the same guild that this one may repeat. One statement."""
    rows = Problem.objects.public().filter(guild_id=problem.guild_id).exclude(state=Problem.State.DUPLICATE)
    return list(rows.exclude(pk=problem.pk).order_by("-created_at").values_list("pk", "title")[:500])


def guilds_to_post_in(reader_ids: Sequence[UUID]) -> list[Guild]:
    """Open guilds the reader belongs to. One statement."""
    seats = Membership.objects.filter(subject_id__in=reader_ids, left_at__isnull=True)
    return list(Guild.objects.filter(state=Guild.State.OPEN, pk__in=seats.values("guild_id")).order_by("name"))


def guild_problems(guild_id: UUID, limit: int = 6) -> list[Problem]:
    """A guild's newest public problems. One statement."""
    rows = Problem.objects.public().filter(guild_id=guild_id).exclude(state=Problem.State.DUPLICATE)
    return list(with_open_tasks(rows).annotate(total=Window(Count("pk"))).order_by("-created_at", "-pk")[:limit])
