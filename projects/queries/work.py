"""Reads about projects and tasks: one project's page, its tasks by what can be done with them, templates."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, JSONObject, RowNumber

from core.prepared import first_of, prepared
from core.timeline import history_of
from core.written import with_links
from projects.models import ProgressNote, Project, Task, TaskTemplate
from projects.queries.problems import open_tasks

#: How many tasks of each kind a project's page shows, and how many one page of the whole list holds.
TASKS_SHOWN = 12
TASKS_PER_PAGE = 30
NOTES_SHOWN = 10

#: A project's tasks by what can be done with them: the word in the list's address, and the states.
TASK_GROUPS: dict[str, tuple[str, ...]] = {
    "open": ("published",),
    "under-way": ("claimed", "submitted", "returned"),
    "done": ("accepted",),
    "closed": ("expired",),
    "drafts": ("draft",),
}


def project_page(slug: str) -> Project | None:
    """One project with guild, problem and its steps (`history`), or None. One statement."""
    return first_of(_project_page(slug))


@prepared
def _project_page(slug: str) -> QuerySet[Project]:
    return project_pages().filter(slug=slug).defer("problem__statement", "problem__evidence")


def project_pages() -> QuerySet[Project]:
    """Projects with guild, problem and their steps (`history`)."""
    return with_links(Project.objects.select_related("guild", "problem")).annotate(history=history_of())


@dataclass(frozen=True)
class TaskList:
    """A project's tasks by what can be done with them: the first of each kind, and how many there are."""

    open: list[Task]
    open_work: Task | None
    under_way: list[Task]
    drafts: list[Task]
    counts: dict[str, int]

    @property
    def done_count(self) -> int:
        return self.counts.get("done", 0)

    @property
    def total(self) -> int:
        """How many everybody may read; drafts are the maintainers' own."""
        return sum(count for name, count in self.counts.items() if name != "drafts")

    @property
    def is_long(self) -> bool:
        """Whether there are more than are shown."""
        shown = {"open": self.open, "under-way": self.under_way, "drafts": self.drafts}
        return any(count > len(shown.get(name, ())) for name, count in self.counts.items())


_GROUP = Case(
    When(is_open_work=True, then=Value("open work")),
    *(When(state__in=states, then=Value(name)) for name, states in TASK_GROUPS.items()),
    output_field=CharField(),
)
_ORDER = ("-is_starter", "estimate_minutes", "created_at", "pk")


def tasks_of(project: Project) -> TaskList:
    """The first tasks of each kind, good first ones first, and how many there are. One statement.

    Of what is done or closed only the count is read: one row of each carries it.
    """
    rows = _first_tasks(project.pk)
    found = {name: [task for task in rows if task.group == name] for name in ("open work", *TASK_GROUPS)}
    return TaskList(
        open=found["open"],
        open_work=next(iter(found["open work"]), None),
        under_way=found["under-way"],
        drafts=found["drafts"],
        counts={name: found[name][0].group_total for name in TASK_GROUPS if found[name]},
    )


@prepared
def _first_tasks(project_id: UUID) -> QuerySet[Task]:
    return (
        Task.objects.filter(project_id=project_id)
        .defer("description")
        .annotate(group=_GROUP)
        .annotate(
            taker_name=F("claimed_by__profile__display_name"),
            taker_handle=F("claimed_by__profile__handle"),
            taker_is_public=F("claimed_by__profile__is_name_public"),
            place=Window(RowNumber(), partition_by=F("group"), order_by=[*_window_order()]),
            group_total=Window(Count("pk"), partition_by=F("group")),
        )
        .filter(Q(place=1) | (Q(place__lte=TASKS_SHOWN) & Q(group__in=["open", "under-way", "drafts"])))
        .order_by("place")
    )


def _window_order() -> list[F]:
    return [F(name.lstrip("-")).desc() if name.startswith("-") else F(name).asc() for name in _ORDER]  # type: ignore[misc]


def task_page(project: Project, group: str, *, page: int = 1) -> list[Task]:
    """One page of a project's tasks of one kind, open work left out; one row more says that there is a next page."""
    rows = Task.objects.filter(project_id=project.pk, is_open_work=False, state__in=TASK_GROUPS[group])
    start = (page - 1) * TASKS_PER_PAGE
    return list(rows.order_by(*_ORDER)[start : start + TASKS_PER_PAGE + 1])


def task_counts(project: Project) -> dict[str, int]:
    """How many tasks of each kind a project has, open work left out. One statement."""
    rows = Task.objects.filter(project_id=project.pk, is_open_work=False).annotate(group=_GROUP).order_by()
    return dict(rows.values("group").annotate(n=Count("pk")).values_list("group", "n"))


def task_pages() -> QuerySet[Task]:
    """Tasks with project, problem, guild, their steps (`history`) and the newest notes of whoever worked on them
    (`notes`: id, words, link, percent, by, at, handover, hidden since, links free since)."""
    notes = ProgressNote.objects.filter(task=OuterRef("pk")).order_by("-created_at", "-pk")[:NOTES_SHOWN]
    return with_links(Task.objects.select_related("project__guild", "project__problem")).annotate(
        history=history_of(),
        notes=ArraySubquery(
            notes.values(
                row=JSONObject(
                    id="id",
                    words="words",
                    link="link",
                    percent="percent",
                    by="author_id",
                    at="created_at",
                    handover="at_handover",
                    hidden="hidden_at",
                    free="author__links_free_at",
                )
            )
        ),
    )


def templates_of(guild_id: UUID) -> list[TaskTemplate]:
    """The templates that a guild's maintainers keep, by title. One statement."""
    return list(TaskTemplate.objects.filter(guild_id=guild_id, retired_at__isnull=True).order_by("title", "pk")[:200])


def guild_projects(guild_id: UUID, limit: int = 12) -> list[Project]:
    """A guild's projects that are not archived, those with work to do first. One statement."""
    tasks = open_tasks().filter(project_id=OuterRef("pk")).order_by().values("project_id")
    rows = Project.objects.filter(guild_id=guild_id, hidden_at__isnull=True).exclude(state=Project.State.ARCHIVED)
    counted = rows.annotate(
        open_task_count=Coalesce(Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
    )
    return list(counted.order_by("-open_task_count", "-created_at", "pk")[:limit])
