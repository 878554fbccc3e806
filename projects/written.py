"""What people write about problems and what is done about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.written import HIDDEN, not_reportable, register_written
from guilds.models import Guild
from guilds.queries import viewer_in
from projects.models import Place, Problem, ProgressNote, Project, Task, TaskTemplate, Voice


def _sees_problem(problem: Problem, user: Any, now: datetime) -> bool:
    """As its page: a draft is its author's; a rejected one also for those who decide."""
    if problem.state not in (Problem.State.DRAFT, Problem.State.REJECTED):
        return bool(problem.guild.state != Guild.State.PROPOSED)
    viewer = viewer_in(user, problem.guild_id, now)
    if viewer.is_person(problem.author_id):
        return True
    return problem.state == Problem.State.REJECTED and (viewer.is_maintainer or viewer.is_hub_steward)


def _sees_task(task: Task, user: Any, now: datetime) -> bool:
    """As its page: a draft is for those who look after the project."""
    return task.state != Task.State.DRAFT or viewer_in(user, task.project.guild_id, now).is_maintainer


def _sees_voice(voice: Voice, user: Any, now: datetime) -> bool:
    """Everybody, where its person agreed to that; else members. Whoever may not see the problem sees no voice."""
    if voice.withdrawn_at or not _sees_problem(voice.problem, user, now):
        return False
    return voice.is_public or viewer_in(user, voice.problem.guild_id, now).sees_names


def _follow_title(project: Project) -> None:
    """The open-work task bears the project's title."""
    named = _("Open work on %(project)s") % {"project": project.title[:100]}
    title = HIDDEN if project.hidden_at else str(named)
    Task.objects.filter(project=project, is_open_work=True, hidden_at__isnull=True).update(title=title)


def register() -> None:
    """Fill the registry."""
    register_written(
        "problem",
        model=Problem,
        label=_("problem"),
        fields=("title", "statement", "affected_people", "evidence", "place"),
        address="slug",
        author="author",
        guild=lambda problem: problem.guild_id,
        url=lambda problem: problem.get_absolute_url(),
        may_see=_sees_problem,
        related=("guild", "author"),
    )
    register_written(
        "project",
        model=Project,
        label=_("project"),
        fields=("title", "summary", "repository_url"),
        address="slug",
        author="author",
        guild=lambda project: project.guild_id,
        url=lambda project: project.get_absolute_url(),
        may_see=lambda project, user, now: True,
        related=("guild", "author"),
        follow=_follow_title,
    )
    register_written(
        "task",
        model=Task,
        label=_("task"),
        fields=("title", "description", "skills"),
        author="author",
        guild=lambda task: task.project.guild_id,
        url=lambda task: task.get_absolute_url(),
        may_see=_sees_task,
        related=("project", "author"),
    )
    register_written(
        "voice",
        model=Voice,
        label=_("voice"),
        fields=("words", "translation", "role", "place"),
        author="author",
        guild=lambda voice: voice.problem.guild_id,
        url=lambda voice: voice.get_absolute_url(),
        may_see=_sees_voice,
        related=("problem__guild", "author"),
    )
    register_written(
        "progress",
        model=ProgressNote,
        label=_("note on a task"),
        fields=("words", "link"),
        author="author",
        guild=lambda note: note.task.project.guild_id,
        url=lambda note: note.task.get_absolute_url(),
        may_see=lambda note, user, now: viewer_in(user, note.task.project.guild_id, now).sees_names,
        related=("task__project", "author"),
    )
    register_written(
        "tasktemplate",
        model=TaskTemplate,
        label=_("task template"),
        fields=("title", "description", "skills"),
        author="author",
        guild=lambda template: template.guild_id,
        url=lambda template: template.guild.get_absolute_url(),
        may_see=lambda template, user, now: viewer_in(user, template.guild_id, now).sees_names,
        related=("guild", "author"),
    )
    not_reportable(Voice, "chosen from a list", "language", "translation_language")
    not_reportable(Problem, "chosen from a list", "language")
    not_reportable(Project, "chosen from a list", "language")
    not_reportable(Place, "what GeoNames calls a town", "name", "names", "within")
