"""Reads about problems: the list and its filters, one problem's page, what a person may write in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
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

from core.prepared import prepared
from core.timeline import history_of
from core.written import with_links
from guilds.models import Guild, Membership
from projects.models import Endorsement, Problem, Project, Task
from projects.rules import PROJECT_TAKES_WORK

PROBLEMS_PER_PAGE = 24
#: What a list doesn't show, and so doesn't read.
LONG_WORDS = ("statement", "evidence")
#: How the list can be sorted, by the word in its address.
ORDERS = {
    "": ("-created_at", "-pk"),
    "affected": ("-endorsed_affected", "-endorsed_support", "-created_at", "-pk"),
    "support": ("-endorsed_support", "-endorsed_affected", "-created_at", "-pk"),
    "tasks": ("-open_task_count", "-created_at", "-pk"),
}


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


def front_problems(limit: int = 6) -> list[Problem]:
    """Problems the guilds have taken on, those with work to do today first. One statement."""
    return _front_problems(limit=limit)


@prepared
def _front_problems(*, limit: int) -> QuerySet[Problem]:
    rows = Problem.objects.public().filter(
        state__in=["accepted", "in_project", "piloting"], guild__state=Guild.State.OPEN
    )
    return with_open_tasks(rows).defer(*LONG_WORDS).order_by("-open_task_count", "-accepted_at", "-pk")[:limit]


def find_problems(wanted: Mapping[str, str], *, page: int = 1) -> list[Problem]:
    """One page of public problems, each with `total`: how many there are in all. One statement.

    Duplicates are left out unless asked for: they speak through their originals. One row more than a page holds says
    that there is a next one.
    """
    if not any(value for name, value in wanted.items() if name != "order"):
        return _all_problems(order=wanted.get("order", ""), page=page)
    return list(_page(matching_problems(wanted), order=wanted.get("order", ""), page=page))


@prepared
def _all_problems(*, order: str, page: int) -> QuerySet[Problem]:
    """The list as nearly everybody asks for it."""
    return _page(matching_problems({}), order=order, page=page)


def _page(rows: QuerySet[Problem], *, order: str, page: int) -> QuerySet[Problem]:
    start = (page - 1) * PROBLEMS_PER_PAGE
    counted = with_open_tasks(rows).annotate(total=Window(Count("pk"))).defer(*LONG_WORDS)
    return counted.order_by(*ORDERS[order])[start : start + PROBLEMS_PER_PAGE + 1]


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


_FACETS = """
SELECT DISTINCT 'guild', g.slug, g.name FROM guilds_guild g
WHERE g.state <> 'proposed' AND EXISTS (
    SELECT 1 FROM projects_problem p WHERE p.guild_id = g.id AND p.state NOT IN ('draft', 'rejected'))
UNION ALL
SELECT DISTINCT 'language', p.language, p.language FROM projects_problem p
WHERE p.state NOT IN ('draft', 'rejected', 'duplicate')
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
    return _own_drafts(reader_ids)


@prepared
def _own_drafts(reader_ids: Sequence[UUID]) -> QuerySet[Problem]:
    rows = Problem.objects.filter(author_id__in=reader_ids, state=Problem.State.DRAFT)
    return rows.defer(*LONG_WORDS).order_by("-created_at")[:20]


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
