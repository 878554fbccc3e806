"""Logging hours: whatever reaches the server is stored; what a rule refuses waits as a draft that says why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from contributions.models import Contribution, TimeEntry
from contributions.permissions import check_owner
from contributions.rules import EDITABLE, ENTRY_MINUTES_MOST, NEWEST_WORKED_ON, OLDEST_WORKED_ON
from contributions.services.steps import (
    drop_verdict,
    locked_contribution,
    move_task,
    note_event,
    stop_counting,
)
from contributions.services.submission import try_submit
from core.errors import DomainError, TransitionRefused
from core.ids import uuid7
from core.limits import check_limit
from core.prepared import first_of, prepared
from core.transitions import change_state, note_state
from core.writes import insert_row
from core.written import check_not_hidden
from projects.models import Task


class ClientIdReused(DomainError):
    """The same client id arrived with other contents: two entries, not one entry twice."""

    code = "client_id_reused"


class HoursImpossible(DomainError):
    """Numbers no database row can hold: no minutes, more than a day, a date before computers."""

    code = "hours_impossible"


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
    known = first_of(_sent_before(ids, client_id))
    if known is not None:
        if known.payload_hash != digest:
            raise ClientIdReused(
                _("An entry with this id was stored before with other contents. Reload the page and log it again.")
            )
        return LoggedHours(known, is_new=False)
    check_limit("hours", by.pk, now=now)
    contribution = _store(by, client_id, task, entries, note=note, link=link, digest=digest, now=now)
    try_submit(contribution, by=by, now=now)
    return LoggedHours(contribution, is_new=True)


@prepared
def _sent_before(subject_ids: Sequence[UUID], client_id: UUID) -> QuerySet[Contribution]:
    return Contribution.objects.filter(subject_id__in=subject_ids, client_id=client_id)[:1]


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
    check_not_hidden(contribution, {"note": note, "link": link})
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
    try_submit(contribution, by=by, now=now)
    return contribution


@transaction.atomic
def withdraw_contribution(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """Take back work that is not decided yet (this is what Undo does); the entry stays and can be handed in again.

    A verdict that is not posted yet has decided nothing: it goes, and its reviewer is told.
    """
    contribution = _locked_own(contribution, by)
    if contribution.state == Contribution.State.WITHDRAWN:
        return contribution
    was_handed_in = contribution.state != Contribution.State.DRAFT
    if Contribution.State.WITHDRAWN not in Contribution.TRANSITIONS[contribution.state]:
        raise TransitionRefused(
            _("These hours are “%(state)s” by now and can't be withdrawn.")
            % {"state": contribution.get_state_display()}
        )
    if contribution.state == Contribution.State.IN_REVIEW:
        drop_verdict(contribution, "withdrawn", now)
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
    return _store(
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
    contribution = Contribution(
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
    insert_row(contribution)
    note_state(contribution, "", actor=by.pk, now=now)
    _store_entries(contribution, entries)
    note_event(
        "contribution.drafted",
        contribution,
        actor=by.pk,
        now=now,
        with_task=True,
        minutes=sum(e.minutes for e in entries),
    )
    return contribution


def _store_entries(contribution: Contribution, entries: Sequence[EntryInput]) -> None:
    for entry in entries:
        insert_row(
            TimeEntry(
                contribution=contribution,
                subject_id=contribution.subject_id,
                worked_on=entry.worked_on,
                minutes=entry.minutes,
                started_at=entry.started_at,
                ended_at=entry.started_at + timedelta(minutes=entry.minutes) if entry.started_at else None,
            )
        )


def _check_possible(entries: Sequence[EntryInput]) -> None:
    if not entries:
        raise HoursImpossible(_("Say how long it took."))
    for entry in entries:
        if not 1 <= entry.minutes <= ENTRY_MINUTES_MOST:
            raise HoursImpossible(_("One entry takes between 1 minute and 16 hours."))
        if entry.worked_on < OLDEST_WORKED_ON:
            raise HoursImpossible(_("Choose a day after the year 2000."))
        if entry.worked_on > NEWEST_WORKED_ON:
            raise HoursImpossible(_("Choose a day of this century."))


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
