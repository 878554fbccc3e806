"""What every verb on a contribution shares: its row locked, its time, its task moved along, its event."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Sum

from accounts.queries import linked_subjects
from contributions.models import Contribution, PendingVerdict, TimeEntry
from core.events import new_event, record_events
from core.models import Event
from core.prepared import first_of, prepared
from projects.services import follow_contribution


def locked_contribution(contribution: Contribution) -> Contribution:
    """The row as it is now, locked, with its pending verdict if it has one.

    The people's locks come before it, ledger and task after it (docs/locking.md).
    """
    found = first_of(_locked(contribution.pk))
    if found is None:
        raise Contribution.DoesNotExist
    return found


@prepared
def _locked(pk: UUID) -> QuerySet[Contribution]:
    rows = Contribution.objects.select_for_update(no_key=True, of=("self",))
    also = ("guild", "task__project__guild", "project", "subject", "pending_verdict")
    claimed = TimeEntry.objects.filter(contribution_id=OuterRef("pk")).order_by().values("contribution_id")
    return rows.select_related(*also).annotate(claimed=claimed.values(n=Sum("minutes"))).filter(pk=pk)


def minutes_of(contribution: Contribution) -> int:
    """Claimed minutes, the sum of its entries, of work that `locked_contribution` read."""
    claimed: int | None = vars(contribution)["claimed"]
    return claimed or 0


def entries_of(contribution: Contribution) -> list[TimeEntry]:
    """Its time entries, the earliest day first. One statement."""
    return _entries(contribution.pk)


@prepared
def _entries(contribution_id: UUID) -> QuerySet[TimeEntry]:
    return TimeEntry.objects.filter(contribution_id=contribution_id)


def stop_counting(contribution: Contribution) -> None:
    """Its time no longer stands against the day or against overlaps."""
    contribution.entries.filter(counts=True).update(counts=False)


def drop_verdict(contribution: Contribution, why: str, now: datetime) -> None:
    """Delete a verdict that was given and will not be posted, and tell its reviewer; without one, nothing.

    `why` is the code of what stood in the way. Afterwards the contribution may leave review.
    """
    pending = PendingVerdict.objects.select_for_update().filter(pk=contribution.pk).first()
    if pending is not None:
        pending.delete()
        note_event("contribution.verdict_dropped", contribution, actor=pending.reviewer_id, now=now, why=why)


def move_task(contribution: Contribution, to: str, *, actor: UUID | None, now: datetime) -> None:
    """Let the task follow, unless other work of the same person on it is still being judged."""
    others = Contribution.objects.filter(
        task_id=contribution.task_id,
        subject_id__in=linked_subjects(contribution.subject_id),
        state__in=[Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW],
    ).exclude(pk=contribution.pk)
    if not others.exists():
        follow_contribution(task=contribution.task, to=to, subject=contribution.subject, actor=actor, now=now)


def event_of(
    kind: str,
    contribution: Contribution,
    *,
    actor: UUID | None,
    now: datetime,
    with_task: bool = False,
    **data: UUID | int | str,
) -> Event:
    """An event of this contribution with its person and project, to be written with its change."""
    if with_task:
        data["task"] = contribution.task_id
    return new_event(
        kind,
        now=now,
        actor=actor,
        guild=contribution.guild_id,
        object_kind="contribution",
        object_id=contribution.pk,
        data={"subject": contribution.subject_id, "project": contribution.project_id, **data},
    )


def note_event(kind: str, contribution: Contribution, *, actor: UUID | None, now: datetime, **about: Any) -> None:
    """Record such an event by itself."""
    record_events([event_of(kind, contribution, actor=actor, now=now, **about)], now=now)
