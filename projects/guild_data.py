"""What projects puts into a guild's export: problems that were handed in, the projects that answer them, their tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.registries import GuildTable, register_guild_table
from projects.models import Problem, Project, Task, Voice

Rows = Iterable[Mapping[str, Any]]

_PROBLEM = (
    "id slug title statement affected_people place latitude longitude language state submitted_at accepted_at "
    "duplicate_of_id endorsed_affected endorsed_support created_at"
)
_PROJECT = "id slug problem_id title summary repository_url language state created_at"
_TASK = "id project_id title description role difficulty estimate_minutes state is_open_work created_at published_at"

_VOICE = "id problem_id words language translation translation_language role place consent consented_on created_at"


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


def _voices(guild_id: UUID, has_names: bool) -> Rows:
    """What nobody withdrew; what was given to the guild alone only with names."""
    rows = Voice.objects.filter(problem__guild_id=guild_id, withdrawn_at__isnull=True).order_by("pk")
    rows = rows.exclude(problem__state=Problem.State.DRAFT)
    if has_names:
        return rows.values(*_VOICE.split(), "is_public", "author_id").iterator(2000)
    rows = rows.filter(is_public=True).exclude(problem__state=Problem.State.REJECTED)
    return rows.values(*_VOICE.split()).iterator(2000)


def register() -> None:
    """Fill the registry."""
    register_guild_table(GuildTable("problems", _("problems that were handed in"), _problems))
    register_guild_table(GuildTable("voices", "what affected people said", _voices))
    register_guild_table(GuildTable("projects", _("the projects that answer them"), _projects))
    register_guild_table(GuildTable("tasks", _("their tasks, without drafts"), _tasks))
