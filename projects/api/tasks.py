"""Tasks over the API: to find, write, publish, take and give back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads, writes
from core.api.paging import NEWEST_FIRST, Listing, page
from core.written import with_links
from projects.api.problems import SCOPE
from projects.api.reach import project_for, shown_task, shown_tasks, task_for
from projects.api.shapes import (
    ClaimShape,
    HandOverShape,
    NewTaskShape,
    ReasonShape,
    TaskShape,
    TasksQuery,
    TaskWordsShape,
)
from projects.models import Task
from projects.services import claim_task, draft_task, edit_task, expire_task, publish_task, release_task


class Tasks(Endpoint):
    """All tasks."""

    @reads("list_tasks", TaskShape, scope=PUBLIC, query=TasksQuery, order=NEWEST_FIRST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List tasks but drafts, the newest first. `state=published` are those that can be taken now."""
        rows = with_links(Task.objects.exclude(state=Task.State.DRAFT).select_related("project__guild"))
        exact = {"guild": "project__guild__slug", "project": "project__slug", "state": "state", "role": "role"}
        rows = rows.filter(**{exact[name]: values.pop(name) for name in exact.keys() & values.keys()})
        if minutes := values.pop("minutes", None):
            rows = rows.filter(estimate_minutes__lte=minutes)
        if (is_starter := values.pop("is_starter", None)) is not None:
            rows = rows.filter(is_starter=is_starter)
        found = page(rows, NEWEST_FIRST, **values)
        return Listing(shown_tasks(list(found.items), request), found.after)


class ProjectTasks(Endpoint):
    """New tasks of a project."""

    @writes("draft_task", scope=SCOPE, body=NewTaskShape, answer=TaskShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Task:
        """Write a task; it opens when it is published. For maintainers."""
        project = project_for(slug)
        made = draft_task(project=project, by=request.user.subject, now=timezone.now(), **values)
        return shown_task(made, request)


class OneTask(Endpoint):
    """One task."""

    @reads("read_task", TaskShape, scope=PUBLIC)
    def get(self, request: Request, pk: UUID) -> Task:
        """Read one task."""
        return shown_task(task_for(request, pk), request)

    @writes("edit_task", scope=SCOPE, body=TaskWordsShape, answer=TaskShape, is_partial=True)
    def patch(self, request: Request, pk: UUID, values: dict[str, Any]) -> Task:
        """Change a task's words. For maintainers."""
        task = task_for(request, pk)
        return shown_task(edit_task(task=task, by=request.user.subject, now=timezone.now(), **values), request)


class Publishing(Endpoint):
    """Opening a task to members."""

    @writes("publish_task", scope=SCOPE, answer=TaskShape)
    def post(self, request: Request, pk: UUID) -> Task:
        """Open a task to members; difficulty and estimate are fixed from then on. For maintainers."""
        task = task_for(request, pk)
        return shown_task(publish_task(task=task, by=request.user.subject, now=timezone.now()), request)


class Claiming(Endpoint):
    """Taking a task."""

    @writes("claim_task", scope=SCOPE, body=ClaimShape, answer=TaskShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Task:
        """Take an open task for yourself, for some days."""
        task = task_for(request, pk)
        return shown_task(claim_task(task=task, by=request.user.subject, now=timezone.now(), **values), request)


class Releasing(Endpoint):
    """Giving a task back."""

    @writes("release_task", scope=SCOPE, body=HandOverShape, answer=TaskShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Task:
        """Give a task back, and say where it stands. Logged hours stay with you."""
        task = task_for(request, pk)
        return shown_task(release_task(task=task, by=request.user.subject, now=timezone.now(), **values), request)


class Closing(Endpoint):
    """Closing a task that nobody needs."""

    @writes("expire_task", scope=SCOPE, body=ReasonShape, answer=TaskShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Task:
        """Close a task that nobody needs any more. For maintainers."""
        task = task_for(request, pk)
        return shown_task(expire_task(task=task, by=request.user.subject, now=timezone.now(), **values), request)
