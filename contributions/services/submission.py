"""Handing in: the rules a person can mend. What they refuse is kept as a draft that says what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, QuerySet, Subquery

from accounts.models import Subject
from contributions.models import Contribution
from contributions.models.contribution import Need
from contributions.permissions import can_review_in
from contributions.rules import latest_worked_on
from contributions.services.steps import entries_of, event_of
from core.prepared import prepared
from core.transitions import change_state
from guilds.models import Guild, Membership, Policy
from projects.models import Task
from projects.services import follow_contribution
from projects.services.tasks import TaskClosed, TaskTaken


class RuleRefused(Exception):
    """A rule refused the submission; `need` says which. What was written before is to be rolled back."""

    def __init__(self, need: Need) -> None:
        super().__init__(need.value)
        self.need = need


@dataclass(frozen=True)
class Standing:
    """What handing in asks about a person and a guild, read under the person's lock.

    `sent_before` is the work that has the same client id already.
    """

    guild_state: str
    is_member: bool
    evidence_free_minutes: int
    sent_before: UUID | None


class Stretch(Protocol):
    """Time as typed or as stored."""

    @property
    def worked_on(self) -> date: ...
    @property
    def minutes(self) -> int: ...


def standing_in(ids: Sequence[UUID], guild_id: UUID, now: datetime, *, client_id: UUID | None = None) -> Standing:
    """All that in one statement; `ids` are every id of the person."""
    return Standing(*_standing(list(ids), guild_id, now, client_id)[0])


@prepared
def _standing(ids: Sequence[UUID], guild_id: UUID, now: datetime, client_id: UUID | None) -> QuerySet[Guild]:
    seats = Membership.objects.filter(guild_id=guild_id, subject_id__in=ids, left_at__isnull=True)
    policy = Policy.objects.filter(guild_id=guild_id, effective_at__lte=now).order_by("-version")
    sent = (
        Contribution.objects.filter(subject_id__in=ids, client_id=client_id)
        if client_id
        else Contribution.objects.none()
    )
    free = Subquery(policy.values("evidence_free_minutes")[:1])
    return Guild.objects.filter(pk=guild_id).values_list("state", Exists(seats), free, Subquery(sent.values("pk")[:1]))


def need_of(work: Contribution, entries: Sequence[Stretch], standing: Standing, now: datetime) -> Need:
    """The first rule that stops it, in the order in which a person would want to hear of them; NONE when none does."""
    if standing.guild_state != Guild.State.OPEN:
        return Need.GUILD_CLOSED
    if not standing.is_member:
        return Need.NOT_MEMBER
    if any(entry.worked_on > latest_worked_on(now) for entry in entries):
        return Need.FUTURE
    minutes = sum(entry.minutes for entry in entries)
    if minutes > standing.evidence_free_minutes and not (work.note.strip() or work.link):
        return Need.EVIDENCE
    return Need.NONE


_CONSTRAINT_NEEDS = {"work_day_sixteen_hours": Need.DAY_FULL, "time_entry_no_overlap": Need.OVERLAP}


@contextmanager
def refusals_say_need() -> Iterator[None]:
    """What the task or the database refuses inside becomes RuleRefused, where a person can mend it."""
    try:
        yield
    except TaskTaken as refusal:
        raise RuleRefused(Need.TASK_TAKEN) from refusal
    except TaskClosed as refusal:
        raise RuleRefused(Need.TASK_CLOSED) from refusal
    except IntegrityError as error:
        found = _CONSTRAINT_NEEDS.get(_constraint_of(error))
        if found is None:
            raise
        raise RuleRefused(found) from error


def try_submit(contribution: Contribution, *, ids: Sequence[UUID], by: Subject, now: datetime) -> None:
    """Hand in stored work under a savepoint; a refusal leaves it as it was, with its `need`. `ids` are its person's."""
    entries = entries_of(contribution)
    need = need_of(contribution, entries, standing_in(ids, contribution.guild_id, now), now)
    if need == Need.NONE:
        try:
            with transaction.atomic(), refusals_say_need():
                _submit(contribution, by=by, minutes=sum(entry.minutes for entry in entries), now=now)
            return
        except RuleRefused as refusal:
            need = refusal.need
    contribution.refresh_from_db()
    contribution.need = need
    contribution.save(update_fields=["need"])


def _submit(contribution: Contribution, *, by: Subject, minutes: int, now: datetime) -> None:
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
    told = event_of("contribution.submitted", contribution, actor=by.pk, now=now, with_task=True, minutes=minutes)
    also = ["need", "submitted_at", "reviewer", "taken_at"]
    change_state(contribution, to, actor=by.pk, now=now, also=also, telling=[told])


def _constraint_of(error: IntegrityError) -> str:
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
