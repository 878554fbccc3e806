"""The time somebody has for a task: extended once, reminded of, and what is left behind when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, Subquery, Value
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError
from core.limits import check_limit
from guilds.models import Policy
from projects.models import ProgressNote, Task
from projects.permissions import check_has_had_task, check_has_task
from projects.services.handover import leave_note
from projects.services.sent_twice import sent_before
from projects.services.tasks import TaskClosed, locked_task, note_task_event

REMINDED_AT_ONCE = 200


class LeaseExtendedAlready(DomainError):
    """A claim is extended once."""

    code = "lease_extended_already"


@transaction.atomic
def extend_claim(*, task: Task, by: Subject, now: datetime) -> Task:
    """Have a task as long again as was chosen when it was taken; once, by the person who has it.

    Raises LeaseExtendedAlready, and TaskClosed when the work was handed in.
    """
    lock_person(by.pk)
    task = locked_task(task)
    check_has_task(by, task)
    if task.state != Task.State.CLAIMED or task.lease_ends_at is None or task.claimed_at is None:
        raise TaskClosed(
            _("This task isn't waiting for you (it is “%(state)s”).") % {"state": task.get_state_display()}
        )
    if task.lease_extended_at is not None:
        raise LeaseExtendedAlready(
            _("You have taken more time once. If it isn't enough, write down where you stopped and give the task back.")
        )
    task.lease_ends_at += task.lease_ends_at - task.claimed_at
    task.lease_extended_at, task.lease_reminded_at = now, None
    task.save(update_fields=["lease_ends_at", "lease_extended_at", "lease_reminded_at"])
    note_task_event("task.extended", task, by=by.pk, now=now, subject=task.claimed_by_id)
    return task


@transaction.atomic
def note_progress(
    *, task: Task, by: Subject, now: datetime, words: str = "", link: str = "", percent: int | None = None
) -> ProgressNote:
    """Write down how far one has come, so that nothing is lost when somebody else goes on; sent twice it is one note."""
    sent = sent_before(ProgressNote, by=by, now=now, task=task, words=words, link=link, percent=percent)
    if sent:
        return sent
    task = locked_task(task)
    check_has_had_task(by, task)
    check_limit("progress", by.pk, now=now)
    return leave_note(task, by, now, {"words": words, "link": link, "percent": percent})


@transaction.atomic
def remind_ending_claims(*, now: datetime) -> int:
    """Tell the people whose time for a task ends soon, each once; returns how many. Safe to run twice and at once.

    How soon is the guild's own policy. The mark and the event are written together, so a run that is killed has told
    nobody or all of its batch.
    """
    in_force = Policy.objects.filter(guild=OuterRef("project__guild"), effective_at__lte=now).order_by("-version")
    ahead = ExpressionWrapper(
        Subquery(in_force.values("claim_reminder_days")[:1]) * Value(timedelta(days=1)), output_field=DurationField()
    )
    due = (
        Task.objects.filter(state=Task.State.CLAIMED, lease_reminded_at__isnull=True, lease_ends_at__gt=now)
        .annotate(reminded_from=F("lease_ends_at") - ahead)
        .filter(reminded_from__lte=now, claimed_at__lt=F("reminded_from"))
        .select_related("project")
        .order_by("pk")
    )
    rows = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:REMINDED_AT_ONCE])
    for task in rows:
        task.lease_reminded_at = now
        task.save(update_fields=["lease_reminded_at"])
        note_task_event("task.claim_reminded", task, by=None, now=now, subject=task.claimed_by_id)
    return len(rows)
