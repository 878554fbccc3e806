"""Logging hours: whatever reaches the server is stored; what a rule refuses waits as a draft that says why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_person
from contributions.models import Contribution, TimeEntry
from contributions.models.contribution import Need
from contributions.permissions import can_review_in, check_owner
from contributions.rules import (
    EDITABLE,
    ENTRY_MINUTES_MOST,
    OLDEST_WORKED_ON,
    latest_worked_on,
)
from core.errors import DomainError, TransitionRefused
from core.events import record_event
from core.ids import uuid7
from core.transitions import change_state, note_state
from guilds.models import Guild
from guilds.queries import current_policy, is_member
from projects.models import Task
from projects.services import follow_contribution
from projects.services.tasks import TaskClosed, TaskTaken


class ClientIdReused(DomainError):
    """The same client id arrived with other contents: two entries, not one entry twice."""

    code = "client_id_reused"


class HoursImpossible(DomainError):
    """Numbers no database row can hold: no minutes, more than a day, a date before computers."""

    code = "hours_impossible"


class _NeedsOneThing(Exception):
    """A rule refused the submission; `need` says which."""

    def __init__(self, need: Need) -> None:
        super().__init__(need.value)
        self.need = need


@dataclass(frozen=True)
class EntryInput:
    """A stretch of time as typed: the contributor's calendar date, minutes, and the start if they know it."""

    worked_on: date
    minutes: int
    started_at: datetime | None = None


@dataclass(frozen=True)
class LoggedHours:
    """The stored contribution, and whether this call made it (False: the server had it already)."""

    contribution: Contribution
    is_new: bool


_CONSTRAINT_NEEDS = {"work_day_sixteen_hours": Need.DAY_FULL, "time_entry_no_overlap": Need.OVERLAP}


@transaction.atomic
def log_hours(
    *,
    by: Subject,
    client_id: UUID,
    task: Task,
    entries: Sequence[EntryInput],
    now: datetime,
    note: str = "",
    link: str = "",
) -> LoggedHours:
    """Store work once per client id and hand it in for review if the rules let it.

    If a rule refuses the submission the work stays a draft whose `need` says what is missing. Raises
    ClientIdReused for the same id with other contents, and HoursImpossible for minutes outside 1-960 or dates
    that no calendar of this product holds.
    """
    _check_possible(entries)
    ids = lock_person(by.pk)
    digest = _payload_hash(task, entries, note, link)
    known = Contribution.objects.filter(subject_id__in=ids, client_id=client_id).first()
    if known is not None:
        if known.payload_hash != digest:
            raise ClientIdReused(
                _("An entry with this id was stored before with other contents. Reload the page and log it again.")
            )
        return LoggedHours(known, is_new=False)
    contribution = _store(by, client_id, task, entries, note=note, link=link, digest=digest, now=now)
    _try_submit(contribution, by=by, now=now)
    return LoggedHours(contribution, is_new=True)


@transaction.atomic
def edit_contribution(
    *,
    contribution: Contribution,
    by: Subject,
    now: datetime,
    task: Task,
    entries: Sequence[EntryInput],
    note: str,
    link: str,
) -> Contribution:
    """Change a draft, returned or withdrawn contribution; a withdrawn one becomes a draft again."""
    _check_possible(entries)
    contribution = _locked_own(contribution, by)
    if contribution.state not in EDITABLE:
        raise TransitionRefused(_("Withdraw these hours first; then you can change them."))
    if contribution.state == Contribution.State.RETURNED and task.pk != contribution.task_id:
        raise DomainError(_("A returned contribution stays on its task. Withdraw it to move the hours elsewhere."))
    if contribution.state == Contribution.State.WITHDRAWN:
        change_state(contribution, Contribution.State.DRAFT, actor=by.pk, now=now)
    contribution.task, contribution.project, contribution.guild = task, task.project, task.project.guild
    contribution.role, contribution.note, contribution.link = task.role, note, link
    contribution.save(update_fields=["task", "project", "guild", "role", "note", "link"])
    contribution.entries.all().delete()
    _store_entries(contribution, entries)
    return contribution


@transaction.atomic
def submit_contribution(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """Hand in a draft, or a returned contribution with its hours kept; afterwards `need` says what stopped it.

    A returned contribution goes back to the reviewer who returned it while they still may review. Raises
    TransitionRefused for anything that isn't a draft or returned; an entry handed in already stays as it is.
    """
    contribution = _locked_own(contribution, by)
    if contribution.state in (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW):
        return contribution
    if contribution.state not in (Contribution.State.DRAFT, Contribution.State.RETURNED):
        raise TransitionRefused(
            _("These hours are “%(state)s” and can't be handed in.") % {"state": contribution.get_state_display()}
        )
    _try_submit(contribution, by=by, now=now)
    return contribution


@transaction.atomic
def withdraw_contribution(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """Take back work that is not decided yet (this is what Undo does); the entry stays and can be handed in again."""
    contribution = _locked_own(contribution, by)
    if contribution.state == Contribution.State.WITHDRAWN:
        return contribution
    was_handed_in = contribution.state != Contribution.State.DRAFT
    if Contribution.State.WITHDRAWN not in Contribution.TRANSITIONS[contribution.state]:
        raise TransitionRefused(
            _("These hours are “%(state)s” by now and can't be withdrawn.")
            % {"state": contribution.get_state_display()}
        )
    contribution.reviewer = contribution.taken_at = None
    change_state(contribution, Contribution.State.WITHDRAWN, actor=by.pk, now=now, also=["reviewer", "taken_at"])
    stop_counting(contribution)
    if was_handed_in:
        move_task(contribution, Task.State.CLAIMED, actor=by.pk, now=now)
        note_event("contribution.withdrawn", contribution, actor=by.pk, now=now)
    return contribution


@transaction.atomic
def retry_contribution(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """A new draft with the hours of a rejected contribution; asked twice it is the same draft."""
    rejected = _locked_own(contribution, by)
    if rejected.state != Contribution.State.REJECTED:
        raise TransitionRefused(_("Only hours that were not accepted are tried again this way."))
    known = Contribution.objects.filter(resubmission_of=rejected).first()
    if known is not None:
        return known
    entries = [EntryInput(e.worked_on, e.minutes, e.started_at) for e in rejected.entries.all()]
    draft = _store(
        rejected.subject,
        uuid7(),
        rejected.task,
        entries,
        note=rejected.note,
        link=rejected.link,
        digest="",
        now=now,
        resubmission_of=rejected,
    )
    return draft


def _try_submit(contribution: Contribution, *, by: Subject, now: datetime) -> None:
    """Hand in under a savepoint; a refusal leaves the entry as it was, with its `need`."""
    try:
        with transaction.atomic():
            _submit(contribution, by=by, now=now)
            return
    except _NeedsOneThing as refusal:
        need = refusal.need
    except TaskTaken:
        need = Need.TASK_TAKEN
    except TaskClosed:
        need = Need.TASK_CLOSED
    except IntegrityError as error:
        found = _CONSTRAINT_NEEDS.get(_constraint_of(error))
        if found is None:
            raise
        need = found
    contribution.refresh_from_db()
    contribution.need = need
    contribution.save(update_fields=["need"])


def _submit(contribution: Contribution, *, by: Subject, now: datetime) -> None:
    _check_rules(contribution, by=by, now=now)
    follow_contribution(
        task=contribution.task, to=Task.State.SUBMITTED, subject=contribution.subject, actor=by.pk, now=now
    )
    contribution.entries.update(counts=True)
    contribution.need, contribution.submitted_at = Need.NONE, now
    to = Contribution.State.SUBMITTED
    if contribution.state == Contribution.State.RETURNED:
        if contribution.reviewer_id and can_review_in(contribution.reviewer_id, contribution.guild, now):
            to, contribution.taken_at = Contribution.State.IN_REVIEW, now
        else:
            contribution.reviewer = contribution.taken_at = None
    change_state(
        contribution, to, actor=by.pk, now=now, also=["need", "submitted_at", "reviewer", "taken_at"]
    )
    note_event("contribution.submitted", contribution, actor=by.pk, now=now, with_task=True, minutes=minutes_of(contribution))


def _check_rules(contribution: Contribution, *, by: Subject, now: datetime) -> None:
    """The rules a person can mend, in the order in which they would want to hear of them."""
    guild = contribution.guild
    if guild.state != Guild.State.OPEN:
        raise _NeedsOneThing(Need.GUILD_CLOSED)
    if not is_member(by.pk, guild.pk):
        raise _NeedsOneThing(Need.NOT_MEMBER)
    entries = list(contribution.entries.all())
    if any(entry.worked_on > latest_worked_on(now) for entry in entries):
        raise _NeedsOneThing(Need.FUTURE)
    free = current_policy(guild.pk, now).evidence_free_minutes
    if sum(entry.minutes for entry in entries) > free and not (contribution.note.strip() or contribution.link):
        raise _NeedsOneThing(Need.EVIDENCE)


def _store(
    by: Subject,
    client_id: UUID,
    task: Task,
    entries: Sequence[EntryInput],
    *,
    note: str,
    link: str,
    digest: str,
    now: datetime,
    resubmission_of: Contribution | None = None,
) -> Contribution:
    contribution = Contribution.objects.create(
        subject=by,
        client_id=client_id,
        payload_hash=digest,
        guild=task.project.guild,
        project=task.project,
        task=task,
        role=task.role,
        note=note,
        link=link,
        created_at=now,
        resubmission_of=resubmission_of,
    )
    note_state(contribution, "", actor=by.pk, now=now)
    _store_entries(contribution, entries)
    note_event("contribution.drafted", contribution, actor=by.pk, now=now, with_task=True, minutes=sum(e.minutes for e in entries))
    return contribution


def _store_entries(contribution: Contribution, entries: Sequence[EntryInput]) -> None:
    TimeEntry.objects.bulk_create(
        TimeEntry(
            contribution=contribution,
            subject_id=contribution.subject_id,
            worked_on=entry.worked_on,
            minutes=entry.minutes,
            started_at=entry.started_at,
            ended_at=entry.started_at + timedelta(minutes=entry.minutes) if entry.started_at else None,
        )
        for entry in entries
    )


def _check_possible(entries: Sequence[EntryInput]) -> None:
    if not entries:
        raise HoursImpossible(_("Say how long it took."))
    for entry in entries:
        if not 1 <= entry.minutes <= ENTRY_MINUTES_MOST:
            raise HoursImpossible(_("One entry takes between 1 minute and 16 hours."))
        if entry.worked_on < OLDEST_WORKED_ON:
            raise HoursImpossible(_("Choose a day after the year 2000."))


def _payload_hash(task: Task, entries: Sequence[EntryInput], note: str, link: str) -> str:
    payload = {
        "task": str(task.pk),
        "entries": [
            [e.worked_on.isoformat(), e.minutes, e.started_at.isoformat() if e.started_at else None] for e in entries
        ],
        "note": note,
        "link": link,
    }
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _locked_own(contribution: Contribution, by: Subject) -> Contribution:
    """The contribution under the locks of its person and its row. Raises PermissionRefused for anybody else."""
    lock_person(by.pk)
    found = locked_contribution(contribution)
    check_owner(by, found)
    return found


def locked_contribution(contribution: Contribution) -> Contribution:
    """The row as it is now, locked; the person's lock comes before it, the task's row before the ledger."""
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


def _constraint_of(error: IntegrityError) -> str:
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""


