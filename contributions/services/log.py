"""Logging hours: whatever reaches the server is stored; what a rule refuses waits as a draft that says why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from contributions.models import Contribution, TimeEntry
from contributions.models.contribution import Need
from contributions.rules import ENTRY_MINUTES_MOST, NEWEST_WORKED_ON, OLDEST_WORKED_ON
from contributions.services.steps import event_of
from contributions.services.submission import RuleRefused, need_of, refusals_say_need, standing_in
from core.errors import DomainError
from core.events import record_events
from core.limits import check_limit
from core.transitions import step_of
from core.writes import fresh, write_rows
from projects.models import Task
from projects.services import follow_contribution


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
    check_possible(entries)
    work = new_work(by, client_id, task, note=note, link=link, now=now)
    work.payload_hash = _payload_hash(task, entries, note, link)
    try:
        return _log(work, entries, now=now)
    except RuleRefused as refusal:
        # Only the task's lock or the database could say so. Nothing of that try is left, no claim and no count.
        return _log(work, entries, now=now, need=refusal.need)


@transaction.atomic
def _log(work: Contribution, entries: Sequence[EntryInput], *, now: datetime, need: Need = Need.NONE) -> LoggedHours:
    """Store it, handed in unless it has a `need`. Raises RuleRefused, and then it must be tried again with that need."""
    ids = lock_person(work.subject_id)
    standing = standing_in(ids, work.guild_id, now, client_id=work.client_id)
    if standing.sent_before is not None:
        return LoggedHours(_known(standing.sent_before, work.payload_hash), is_new=False)
    check_limit("hours", work.subject_id, now=now)
    work.need = need or need_of(work, entries, standing, now)
    store_work(work, entries, hands_in=work.need == Need.NONE, now=now)
    return LoggedHours(work, is_new=True)


def _known(work_id: UUID, digest: str) -> Contribution:
    known = Contribution.objects.get(pk=work_id)
    if known.payload_hash != digest:
        raise ClientIdReused(
            _("An entry with this id was stored before with other contents. Reload the page and log it again.")
        )
    return known


def new_work(by: Subject, client_id: UUID, task: Task, *, note: str, link: str, now: datetime) -> Contribution:
    """Work on a task as it begins: nobody has stored it yet."""
    work = fresh(
        Contribution,
        client_id=client_id,
        guild_id=task.project.guild_id,
        role=task.role,
        note=note,
        link=link,
        created_at=now,
    )
    work.subject, work.project, work.task = by, task.project, task
    return work


def store_work(work: Contribution, entries: Sequence[EntryInput], *, hands_in: bool, now: datetime) -> None:
    """Write new work and its time in two statements, as a draft or handed in at once.

    Its steps are written down one by one, whatever state it has in the end. Raises RuleRefused when it can't be handed
    in, in a transaction that is lost then.
    """
    by, minutes = work.subject_id, sum(entry.minutes for entry in entries)
    work.state, work.submitted_at = Contribution.State.DRAFT, None
    steps = [step_of(work, "", actor=by, now=now)]
    told = [event_of("contribution.drafted", work, actor=by, now=now, with_task=True, minutes=minutes)]
    with refusals_say_need():
        if hands_in:
            follow_contribution(task=work.task, to=Task.State.SUBMITTED, subject=work.subject, actor=by, now=now)
            work.state, work.submitted_at = Contribution.State.SUBMITTED, now
            steps.append(step_of(work, Contribution.State.DRAFT, actor=by, now=now))
            told.append(event_of("contribution.submitted", work, actor=by, now=now, with_task=True, minutes=minutes))
        record_events(told, now=now, new=[work, *steps])
        write_rows(time_of(work, entries, counts=hands_in))


def time_of(work: Contribution, entries: Sequence[EntryInput], *, counts: bool = False) -> list[TimeEntry]:
    """Rows for stretches of time; a trigger holds them against the work's own row, which must be there."""
    return [
        fresh(
            TimeEntry,
            contribution_id=work.pk,
            subject_id=work.subject_id,
            worked_on=entry.worked_on,
            minutes=entry.minutes,
            started_at=entry.started_at,
            ended_at=entry.started_at + timedelta(minutes=entry.minutes) if entry.started_at else None,
            counts=counts,
        )
        for entry in entries
    ]


def check_possible(entries: Sequence[EntryInput]) -> None:
    """Refuse what no row can hold. Raises HoursImpossible."""
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
