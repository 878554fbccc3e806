"""Hours over the API: to log, change, hand in, take back and try again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from contributions.api.reach import shown_work, work_for
from contributions.api.shapes import (
    HoursShape,
    HoursWordsShape,
    KeptHoursShape,
    LoggedShape,
    NewHoursShape,
    TakenListShape,
)
from contributions.queries.own import own_work
from contributions.services import (
    EntryInput,
    KeptHours,
    edit_contribution,
    log_hours,
    log_kept_hours,
    retry_contribution,
    submit_contribution,
    withdraw_contribution,
)
from core.api.endpoints import Endpoint, reads, writes
from core.api.paging import Listing, Order
from guilds.api.reach import own_ids
from projects.models import Task

SCOPE = "hours:write"
_LATEST_DAY = Order(("-worked_on", "-id"), (date.fromisoformat, UUID))


class OwnHours(Endpoint):
    """Everything you ever logged."""

    @reads("list_hours", LoggedShape, order=_LATEST_DAY)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List your own hours, imported ones among them; the latest day first."""
        found = own_work(own_ids(request), after=values["after"], limit=values["limit"])
        last = found.rows[-1] if found.next_cursor else None
        return Listing(found.rows, (last.worked_on, last.id) if last else None)


class Logging(Endpoint):
    """Logging hours."""

    @writes("log_hours", scope=SCOPE, body=NewHoursShape, answer=HoursShape, status=201)
    def post(self, request: Request, values: dict[str, Any]) -> dict[str, Any]:
        """Log hours on a task and hand them in. What a rule stops is kept as a draft whose `need` says why."""
        logged = log_hours(
            by=request.user.subject,
            client_id=values["client_id"],
            task=_task(values["task"]),
            entries=_entries(values["entries"]),
            now=timezone.now(),
            note=values.get("note", ""),
            link=values.get("link", ""),
        )
        return shown_work(logged.contribution.pk, request)


class LoggingKept(Endpoint):
    """Logging what was kept while offline."""

    @writes("log_kept_hours", scope=SCOPE, body=KeptHoursShape, answer=TakenListShape)
    def post(self, request: Request, values: dict[str, Any]) -> dict[str, Any]:
        """Log several entries at once, each as `log_hours` would: one that can't be stored stops no other."""
        tasks = {task.pk: task for task in _tasks().filter(pk__in={entry["task"] for entry in values["entries"]})}
        kept = [
            KeptHours(
                entry["client_id"],
                tasks.get(entry["task"]),
                tuple(_entries(entry["entries"])),
                note=entry.get("note", ""),
                link=entry.get("link", ""),
            )
            for entry in values["entries"]
        ]
        return {"entries": log_kept_hours(by=request.user.subject, kept=kept, now=timezone.now())}


class OneWork(Endpoint):
    """One piece of work."""

    @reads("read_hours", HoursShape)
    def get(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Read one piece of work: your own, or what you may see of your guild's."""
        return shown_work(pk, request)

    @writes("edit_contribution", scope=SCOPE, body=HoursWordsShape, answer=HoursShape, is_partial=True)
    def patch(self, request: Request, pk: UUID, values: dict[str, Any]) -> dict[str, Any]:
        """Change hours of yours that are a draft, returned or withdrawn."""
        work = work_for(request, pk)
        kept = [EntryInput(e.worked_on, e.minutes, e.started_at) for e in work.entries.all()]
        edit_contribution(
            contribution=work,
            by=request.user.subject,
            now=timezone.now(),
            task=_task(values["task"]) if "task" in values else _task(work.task_id),
            entries=_entries(values["entries"]) if "entries" in values else kept,
            note=values.get("note", work.note),
            link=values.get("link", work.link),
        )
        return shown_work(pk, request)


class HandingIn(Endpoint):
    """Handing hours in."""

    @writes("submit_contribution", scope=SCOPE, answer=HoursShape)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Hand in a draft, or returned hours again."""
        submit_contribution(contribution=work_for(request, pk), by=request.user.subject, now=timezone.now())
        return shown_work(pk, request)


class Withdrawing(Endpoint):
    """Taking hours back."""

    @writes("withdraw_contribution", scope=SCOPE, answer=HoursShape)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Take hours back that nobody has decided on; they stay, and can be handed in again."""
        withdraw_contribution(contribution=work_for(request, pk), by=request.user.subject, now=timezone.now())
        return shown_work(pk, request)


class Retrying(Endpoint):
    """Trying again."""

    @writes("retry_contribution", scope=SCOPE, answer=HoursShape, status=201)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Make a new draft of hours that were not accepted."""
        draft = retry_contribution(contribution=work_for(request, pk), by=request.user.subject, now=timezone.now())
        return shown_work(draft.pk, request)


def _task(pk: UUID) -> Task:
    task = _tasks().filter(pk=pk).first()
    if task is None:
        raise serializers.ValidationError({"task": [_("This task is gone. Choose another one.")]})
    return task


def _tasks() -> QuerySet[Task]:
    return Task.objects.exclude(state=Task.State.DRAFT).select_related("project__guild")


def _entries(values: list[dict[str, Any]]) -> list[EntryInput]:
    return [EntryInput(**entry) for entry in values]
