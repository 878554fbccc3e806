"""Reads about projects and tasks: one project's page, its tasks by what can be done with them, templates."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject

from accounts.queries import ShownName
from core.addresses import address
from core.prepared import first_of, prepared
from core.timeline import history_of
from core.written import with_links
from projects.models import ProgressNote, Project, Task, TaskTemplate
from projects.models.task import ROLE_CHOICES
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
    """One project with guild, problem (address and title), its steps (`history`), who took them (`people`) and its first
    tasks (`task_list`), or None. One statement."""
    found: Project | None = first_of(_project_page(slug))
    if found is not None:
        people = json.loads(found.people or "{}")
        found.people = {UUID(pk): ShownName(name, handle) for pk, (name, handle) in people.items()}
        found.task_list = _task_list(json.loads(found.task_list or "[]"))
    return found


# Of what is done or closed only the count is read: one row of each carries it.
_TASKS = """(
    SELECT json_agg(json_build_array(
        t.grp, t.group_total, t.id, t.title, t.state, t.estimate_minutes, t.difficulty, t.role, t.is_starter,
        t.is_open_work, a.display_name, a.handle, a.is_name_public
    ) ORDER BY t.place)::text
    FROM (
        SELECT *, row_number() OVER (PARTITION BY grp ORDER BY is_starter DESC, estimate_minutes, created_at, id) AS place,
            count(*) OVER (PARTITION BY grp) AS group_total
        FROM (
            SELECT *, CASE WHEN is_open_work THEN 'open work' WHEN state = 'published' THEN 'open'
                WHEN state IN ('claimed', 'submitted', 'returned') THEN 'under-way' WHEN state = 'accepted' THEN 'done'
                WHEN state = 'expired' THEN 'closed' ELSE 'drafts' END AS grp
            FROM projects_task WHERE project_id = projects_project.id
        ) grouped
    ) t LEFT JOIN accounts_profile a ON a.subject_id = t.claimed_by_id
    WHERE t.place = 1 OR (t.place <= :shown: AND t.grp IN ('open', 'under-way', 'drafts'))
)""".replace(":shown:", str(TASKS_SHOWN))
_PEOPLE = """(
    SELECT json_object_agg(p.id, json_build_array(p.name, p.handle))::text FROM (
        SELECT s.id, coalesce(nullif(a.display_name, ''), i.name) AS name, a.handle
        FROM accounts_subject s LEFT JOIN accounts_profile a ON a.subject_id = s.id
        LEFT JOIN accounts_importedidentity i ON i.subject_id = s.id
        WHERE s.id IN (SELECT actor FROM core_statechange WHERE object_id = projects_project.id)
    ) p WHERE p.name <> ''
)"""


@prepared
def _project_page(slug: str) -> QuerySet[Project]:
    shown = {"problem": ("slug", "title")}
    unread = [
        f"{relation}__{field.name}"
        for relation, names in shown.items()
        for field in Project._meta.get_field(relation).related_model._meta.concrete_fields  # type: ignore[union-attr]
        if not field.primary_key and field.name not in names
    ]
    about = {"task_list": RawSQL(_TASKS, (), TextField()), "people": RawSQL(_PEOPLE, (), TextField())}  # noqa: S611
    return project_pages().filter(slug=slug).defer(*unread).annotate(**about)


def project_pages() -> QuerySet[Project]:
    """Projects with guild, problem and their steps (`history`)."""
    return with_links(Project.objects.select_related("guild", "problem")).annotate(history=history_of())


class TaskRow(NamedTuple):
    """A task in a list: all that its row shows (core/pieces.py)."""

    id: str
    title: str
    state: str
    estimate_minutes: int
    difficulty: str
    role: str
    is_starter: bool
    is_open_work: bool

    def get_absolute_url(self) -> str:
        return address("projects:task", self.id)

    def get_state_display(self) -> str:
        """The state in the reader's language."""
        return str(Task.State(self.state).label)

    def get_difficulty_display(self) -> str:
        """How hard it is, in the reader's language."""
        return str(Task.Difficulty(self.difficulty).label)

    def get_role_display(self) -> str:
        """The kind of help, in the reader's language."""
        return str(_ROLES.get(self.role, self.role))


class Taken(NamedTuple):
    """A task that somebody works on, their name and their page's handle, and whether everybody may see both."""

    task: TaskRow
    name: str
    handle: str
    is_public: bool

    def taker(self) -> ShownName:
        return ShownName(self.name, self.handle)

    def nameless(self) -> Taken:
        """The same for those who may not see who it is."""
        return self._replace(name="", handle="")


class TaskList(NamedTuple):
    """A project's tasks by what can be done with them: the first of each kind, and how many there are."""

    open: list[TaskRow]
    open_work: TaskRow | None
    under_way: list[Taken]
    drafts: list[TaskRow]
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


def _task_list(rows: list[list[Any]]) -> TaskList:
    found: dict[str, list[Any]] = {"open": [], "open work": [], "under-way": [], "drafts": []}
    counts = {}
    for group, total, *values, name, handle, is_public in rows:
        if group != "open work":
            counts[group] = total
        if group == "under-way":
            found[group].append(Taken(TaskRow._make(values), name or "", handle or "", bool(is_public)))
        elif group in found:
            found[group].append(TaskRow._make(values))
    return TaskList(found["open"], next(iter(found["open work"]), None), found["under-way"], found["drafts"], counts)


_GROUP = Case(
    When(is_open_work=True, then=Value("open work")),
    *(When(state__in=states, then=Value(name)) for name, states in TASK_GROUPS.items()),
    output_field=CharField(),
)
_ORDER = ("-is_starter", "estimate_minutes", "created_at", "pk")
_ROLES = dict(ROLE_CHOICES)


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
