"""What projects puts into a guild's export: problems that were handed in, the projects that answer them, their tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.registries import GuildTable, register_guild_table
from projects.models import Problem, Project, Task

Rows = Iterable[Mapping[str, Any]]

_PROBLEM = (
    "id slug title statement affected_people place latitude longitude language state submitted_at accepted_at "
    "duplicate_of_id created_at"
)
_PROJECT = "id slug problem_id title summary repository_url language state created_at"
_TASK = "id project_id title description role difficulty estimate_minutes state is_open_work created_at published_at"


def _problems(guild_id: UUID, has_names: bool) -> Rows:
    rows = Problem.objects.filter(guild_id=guild_id).exclude(state=Problem.State.DRAFT).order_by("pk")
    if has_names:
        return rows.values(*_PROBLEM.split(), "evidence", "author_id").iterator(2000)
    return rows.exclude(state=Problem.State.REJECTED).values(*_PROBLEM.split()).iterator(2000)


def _projects(guild_id: UUID, has_names: bool) -> Rows:
    fields = (*_PROJECT.split(), "author_id") if has_names else _PROJECT.split()
    return Project.objects.filter(guild_id=guild_id).order_by("pk").values(*fields).iterator(2000)


def _tasks(guild_id: UUID, has_names: bool) -> Rows:
    rows = Task.objects.filter(project__guild_id=guild_id).exclude(state=Task.State.DRAFT).order_by("pk")
    fields = (*_TASK.split(), "author_id", "claimed_by_id") if has_names else _TASK.split()
    return rows.values(*fields).iterator(2000)


def register() -> None:
    """Fill the registry."""
    register_guild_table(GuildTable("problems", _("problems that were handed in"), _problems))
    register_guild_table(GuildTable("projects", _("the projects that answer them"), _projects))
    register_guild_table(GuildTable("tasks", _("their tasks, without drafts"), _tasks))
