"""Handing in: the rules a person can mend, tried under a savepoint so that a refusal loses nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import Subject
from contributions.models import Contribution
from contributions.models.contribution import Need
from contributions.permissions import can_review_in
from contributions.rules import latest_worked_on
from contributions.services.steps import entries_of, minutes_of, note_event
from core.transitions import change_state
from guilds.models import Guild
from guilds.queries import current_policy, is_member
from projects.models import Task
from projects.services import follow_contribution
from projects.services.tasks import TaskClosed, TaskTaken


class _NeedsOneThing(Exception):
    """A rule refused the submission; `need` says which."""

    def __init__(self, need: Need) -> None:
        super().__init__(need.value)
        self.need = need


_CONSTRAINT_NEEDS = {"work_day_sixteen_hours": Need.DAY_FULL, "time_entry_no_overlap": Need.OVERLAP}


def try_submit(contribution: Contribution, *, by: Subject, now: datetime) -> None:
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
    change_state(contribution, to, actor=by.pk, now=now, also=["need", "submitted_at", "reviewer", "taken_at"])
    note_event(
        "contribution.submitted", contribution, actor=by.pk, now=now, with_task=True, minutes=minutes_of(contribution)
    )


def _check_rules(contribution: Contribution, *, by: Subject, now: datetime) -> None:
    """The rules a person can mend, in the order in which they would want to hear of them."""
    guild = contribution.guild
    if guild.state != Guild.State.OPEN:
        raise _NeedsOneThing(Need.GUILD_CLOSED)
    if not is_member(by.pk, guild.pk):
        raise _NeedsOneThing(Need.NOT_MEMBER)
    entries = entries_of(contribution)
    if any(entry.worked_on > latest_worked_on(now) for entry in entries):
        raise _NeedsOneThing(Need.FUTURE)
    free = current_policy(guild.pk, now).evidence_free_minutes
    if sum(entry.minutes for entry in entries) > free and not (contribution.note.strip() or contribution.link):
        raise _NeedsOneThing(Need.EVIDENCE)


def _constraint_of(error: IntegrityError) -> str:
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
