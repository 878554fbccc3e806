"""What is kept of tasks over the API: more time, notes for the next one, templates; and a project's whole way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request

from accounts.queries import display_names
from core.api.endpoints import PUBLIC, READ, Endpoint, reads, writes
from core.api.held_links import hold_links
from core.api.paging import NEWEST_FIRST, Listing, Order, cut, page
from core.written import with_links
from guilds.api.reach import guild_for, own_ids, reads_all_of, viewer_of
from guilds.permissions import check_member
from projects.api.problems import SCOPE
from projects.api.reach import project_for, shown_task, task_for
from projects.api.shapes import HandOverShape, TaskShape
from projects.api.shapes_more import HappeningShape, ProgressShape, TemplateShape
from projects.models import ProgressNote, Task, TaskTemplate
from projects.permissions import check_can_keep_templates
from projects.queries import project_timeline
from projects.services import extend_claim, note_progress, retire_task_template, save_task_template

LATEST_FIRST = Order(("-at",), (datetime.fromisoformat,))


class Extending(Endpoint):
    """More time for a task."""

    @writes("extend_claim", scope=SCOPE, answer=TaskShape)
    def post(self, request: Request, pk: UUID) -> Task:
        """Have a task of yours as long again as you took it for; once."""
        task = task_for(request, pk)
        return shown_task(extend_claim(task=task, by=request.user.subject, now=timezone.now()), request)


class Notes(Endpoint):
    """Where the work on a task stands."""

    @reads("list_progress", ProgressShape, scope=READ, order=NEWEST_FIRST)
    def get(self, request: Request, pk: UUID, values: dict[str, Any]) -> Listing:
        """List the notes of whoever had a task, the newest first. For members."""
        task = task_for(request, pk)
        if not viewer_of(request, task.project.guild_id).sees_names:
            check_member(request.user.subject, task.project.guild)
        found = page(with_links(task.progress_notes.all()), NEWEST_FIRST, **values)
        return Listing(_told(found.items, request, task), found.after)

    @writes("note_progress", scope=SCOPE, body=HandOverShape, answer=ProgressShape, status=201)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> ProgressNote:
        """Write down how far you are with a task that you have or had."""
        task = task_for(request, pk)
        made = note_progress(task=task, by=request.user.subject, now=timezone.now(), **values)
        return _told([made], request, task)[0]


class Templates(Endpoint):
    """The kinds of tasks a guild writes again and again."""

    @reads("list_task_templates", TemplateShape, scope=READ, order=NEWEST_FIRST)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List a guild's own templates of tasks. For maintainers."""
        guild = guild_for(request, slug)
        check_can_keep_templates(request.user.subject, guild, timezone.now())
        rows: QuerySet[TaskTemplate] = guild.task_templates.filter(retired_at__isnull=True)
        return page(rows, NEWEST_FIRST, **values)


class KeepingTemplate(Endpoint):
    """Keeping a task as a template."""

    @writes("save_task_template", scope=SCOPE, answer=TemplateShape)
    def post(self, request: Request, pk: UUID) -> TaskTemplate:
        """Keep a task's words and sizes for the guild's next tasks of that kind. For maintainers."""
        return save_task_template(task=task_for(request, pk), by=request.user.subject, now=timezone.now())


class RetiringTemplate(Endpoint):
    """Offering a template no more."""

    @writes("retire_task_template", scope=SCOPE, answer=TemplateShape)
    def post(self, request: Request, pk: UUID) -> TaskTemplate:
        """Offer a template no more; tasks made from it stay. For maintainers."""
        template = get_object_or_404(TaskTemplate, pk=pk)
        retire_task_template(template=template, by=request.user.subject, now=timezone.now())
        return template


class Timeline(Endpoint):
    """What happened to a project."""

    @reads("list_happenings", HappeningShape, scope=PUBLIC, order=LATEST_FIRST)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List what happened to a project, the latest first; approved work is told week by week."""
        project = project_for(slug)
        before = values["after"][0] if values["after"] else None
        rows = project_timeline(project, before=before, limit=values["limit"])
        sees_names = viewer_of(request, project.guild_id).sees_names
        names = display_names(row.person for row in rows if row.person) if sees_names else {}
        ids = own_ids(request)
        listing = cut(rows, values["limit"], ["at"])
        told = [
            {
                **vars(row),
                "reason": row.reason if sees_names else "",
                "person": {"name": names.get(row.person, ""), "is_you": row.person in ids} if row.person else None,
            }
            for row in listing.items
        ]
        return Listing(told, listing.after)


def _told(notes: Iterable[ProgressNote], request: Request, task: Task) -> list[ProgressNote]:
    """Notes on a task with whoever wrote them."""
    ids = own_ids(request)
    found = hold_links(notes, ids, reads_all_of(request, lambda note: task.project.guild_id))
    names = display_names(note.author_id for note in found)
    for note in found:
        note.written_by = {"name": names.get(note.author_id, ""), "is_you": note.author_id in ids}
    return found
