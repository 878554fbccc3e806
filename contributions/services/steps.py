"""What every verb on a contribution shares: its row locked, its time, its task moved along, its event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.queries import linked_subjects
from contributions.models import Contribution
from core.events import record_event
from projects.services import follow_contribution


def locked_contribution(contribution: Contribution) -> Contribution:
    """The row as it is now, locked; the people's locks come before it, ledger and task after it (docs/locking.md)."""
    rows = Contribution.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("guild", "task__project__guild", "project", "subject").get(pk=contribution.pk)


def minutes_of(contribution: Contribution) -> int:
    """Claimed minutes: the sum of its entries."""
    return sum(contribution.entries.values_list("minutes", flat=True))


def stop_counting(contribution: Contribution) -> None:
    """Its time no longer stands against the day or against overlaps."""
    contribution.entries.filter(counts=True).update(counts=False)


def move_task(contribution: Contribution, to: str, *, actor: UUID | None, now: datetime) -> None:
    """Let the task follow, unless other work of the same person on it is still being judged."""
    others = Contribution.objects.filter(
        task_id=contribution.task_id,
        subject_id__in=linked_subjects(contribution.subject_id),
        state__in=[Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW],
    ).exclude(pk=contribution.pk)
    if not others.exists():
        follow_contribution(task=contribution.task, to=to, subject=contribution.subject, actor=actor, now=now)


def note_event(
    kind: str,
    contribution: Contribution,
    *,
    actor: UUID | None,
    now: datetime,
    with_task: bool = False,
    **data: UUID | int | str,
) -> None:
    """Record an event of this contribution with its person and project."""
    if with_task:
        data["task"] = contribution.task_id
    record_event(
        kind,
        now=now,
        actor=actor,
        guild=contribution.guild_id,
        object_kind="contribution",
        object_id=contribution.pk,
        data={"subject": contribution.subject_id, "project": contribution.project_id, **data},
    )
