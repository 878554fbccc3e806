"""Closing a guild for good: one steward says why, another person confirms, and from then on everything is only read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_person
from core.errors import DomainError, TransitionRefused
from core.transitions import change_state
from guilds.models import Closing, Guild, Handover, InviteLink, JoinRequest
from guilds.permissions import check_guild_open, check_steward
from guilds.services.steps import locked_guild, note_event, reason_given


class SamePerson(DomainError):
    """Two people close a guild."""

    code = "same_person"


@transaction.atomic
def propose_closing(*, guild: Guild, by: Subject, reason: str, now: datetime) -> Closing:
    """Say that a guild should close, and why. Nothing changes until another steward, or one of the hub, confirms.

    While a proposal waits that one is returned. Raises ReasonMissing.
    """
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_guild_open(guild)
    check_steward(by, guild, now)
    waiting = Closing.objects.filter(guild=guild, answer="").first()
    if waiting is not None:
        return waiting
    closing = Closing.objects.create(guild=guild, proposed_by=by, proposed_at=now, reason=reason_given(reason))
    note_event("guild.closing_proposed", guild, by=by.pk, now=now, thing=("closing", closing.pk))
    return closing


@transaction.atomic
def confirm_closing(*, closing: Closing, by: Subject, now: datetime) -> Guild:
    """Close the guild. Requests and offers that wait end with it, links let nobody in, and nothing is deleted.

    Raises SamePerson for whoever proposed it, TransitionRefused when it was answered already.
    """
    lock_person(by.pk)
    closing = _locked(closing)
    guild = closing.guild
    check_guild_open(guild)
    check_steward(by, guild, now)
    _check_waiting(closing)
    if closing.proposed_by_id in linked_subjects(by.pk):
        raise SamePerson(
            _("Two people close a guild. You proposed it; another steward confirms, or a steward of the hub.")
        )
    _answer(closing, Closing.Answer.CONFIRMED, by=by, now=now)
    change_state(guild, Guild.State.CLOSED, actor=by.pk, now=now)
    JoinRequest.objects.filter(guild=guild, answer="").update(
        answer="declined", answered_at=now, answered_by=by, reason=_("The guild was closed.")
    )
    Handover.objects.filter(guild=guild, answer="").update(answer="withdrawn", answered_at=now)
    InviteLink.objects.filter(guild=guild, revoked_at__isnull=True).update(revoked_at=now)
    note_event("guild.closed", guild, by=by.pk, now=now)
    return guild


@transaction.atomic
def withdraw_closing(*, closing: Closing, by: Subject, now: datetime) -> Closing:
    """Let the guild go on: any steward may take a proposal to close it from the table. Twice is once."""
    lock_person(by.pk)
    closing = _locked(closing)
    check_guild_open(closing.guild)
    check_steward(by, closing.guild, now)
    if closing.answer == Closing.Answer.WITHDRAWN:
        return closing
    _check_waiting(closing)
    _answer(closing, Closing.Answer.WITHDRAWN, by=by, now=now)
    note_event("guild.closing_withdrawn", closing.guild, by=by.pk, now=now, thing=("closing", closing.pk))
    return closing


def _locked(closing: Closing) -> Closing:
    guild = locked_guild(closing.guild)
    found = Closing.objects.select_for_update(no_key=True).get(pk=closing.pk)
    found.guild = guild
    return found


def _check_waiting(closing: Closing) -> None:
    if closing.answer != Closing.Answer.WAITING:
        raise TransitionRefused(_("This was answered already: it is “%s”.") % closing.get_answer_display())


def _answer(closing: Closing, answer: str, *, by: Subject, now: datetime) -> None:
    closing.answer, closing.answered_by, closing.answered_at = answer, by, now
    closing.save(update_fields=["answer", "answered_by", "answered_at"])
