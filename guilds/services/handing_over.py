"""Handing a guild's care over: a steward offers, a member accepts, and the one right ends as the other begins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_people, lock_person, same_person
from core.errors import DomainError, TransitionRefused
from guilds.models import Grant, Guild, Handover
from guilds.permissions import check_guild_open, check_offered_to, check_own_offer, check_steward_by_grant
from guilds.queries import is_member, live_grants
from guilds.services.assurance import count_reviewers
from guilds.services.rights import NotMember, SelfGrant, give_right
from guilds.services.steps import locked_guild, note_event


class OfferedAlready(TransitionRefused):
    """The steward has an offer to somebody else that still waits."""

    code = "offered_already"


@transaction.atomic
def offer_stewardship(*, guild: Guild, to: Subject, by: Subject, now: datetime) -> Handover:
    """Offer a member to become steward in one's place. Nothing changes until they accept; asked twice it is one offer.

    Raises NotMember, SelfGrant, OfferedAlready.
    """
    lock_people([by.pk, to.pk], by=by.pk)
    guild = locked_guild(guild)
    check_guild_open(guild)
    check_steward_by_grant(by, guild, now)
    if same_person(by.pk, to.pk):
        raise SelfGrant(_("Choose another member: it is you who hands over."))
    if not is_member(to.pk, guild.pk):
        raise NotMember(_("Only a member of the guild can become its steward."))
    waiting = Handover.objects.filter(guild=guild, offered_by_id__in=linked_subjects(by.pk), answer="").first()
    if waiting is not None:
        if waiting.offered_to_id == to.pk:
            return waiting
        raise OfferedAlready(_("You have offered it to somebody else. Take that back first."))
    handover = Handover.objects.create(guild=guild, offered_by=by, offered_to=to, offered_at=now)
    _note("stewardship.offered", handover, by=by.pk, now=now)
    return handover


@transaction.atomic
def accept_stewardship(*, handover: Handover, by: Subject, now: datetime) -> Grant | None:
    """Become steward in the place of whoever offered; their right ends in the same moment.

    None when the person is a steward already. Raises TransitionRefused when it was answered, or the offer is void
    because its giver is no steward any more.
    """
    lock_people([handover.offered_by_id, handover.offered_to_id], by=by.pk)
    handover = _locked(handover)
    guild = handover.guild
    check_guild_open(guild)
    check_offered_to(by, handover)
    _check_waiting(handover)
    giver = linked_subjects(handover.offered_by_id)
    theirs = live_grants(now).filter(guild=guild, subject_id__in=giver, right=Grant.Right.STEWARD)
    if not theirs.exists():
        raise DomainError(_("Whoever offered this is no steward any more, so the offer is void."))
    own = linked_subjects(handover.offered_to_id)
    held = live_grants(now).filter(guild=guild, subject_id__in=own, right=Grant.Right.STEWARD).exists()
    _answer(handover, Handover.Answer.ACCEPTED, by=by.pk, now=now)
    given_by = handover.offered_by
    grant = None if held else give_right(guild, handover.offered_to, "steward", given_by=given_by, now=now)
    for ended in theirs:
        Grant.objects.filter(pk=ended.pk).update(revoked_at=now)
        thing = ("grant", ended.pk)
        note_event("grant.revoked", guild, by=by.pk, now=now, thing=thing, subject=ended.subject_id, right=ended.right)
    count_reviewers(guild=guild, now=now)
    return grant


@transaction.atomic
def decline_stewardship(*, handover: Handover, by: Subject, now: datetime) -> Handover:
    """Not become steward; who offered it stays. Twice is once."""
    lock_person(by.pk)
    handover = _locked(handover)
    check_offered_to(by, handover)
    return _answer_once(handover, Handover.Answer.DECLINED, by=by.pk, now=now)


@transaction.atomic
def withdraw_stewardship(*, handover: Handover, by: Subject, now: datetime) -> Handover:
    """Take an offer back while it waits. Twice is once."""
    lock_person(by.pk)
    handover = _locked(handover)
    check_own_offer(by, handover)
    return _answer_once(handover, Handover.Answer.WITHDRAWN, by=by.pk, now=now)


def _locked(handover: Handover) -> Handover:
    """The guild and then the offer under their locks."""
    guild = locked_guild(handover.guild)
    rows = Handover.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("offered_by", "offered_to").get(pk=handover.pk)
    found.guild = guild
    return found


def _check_waiting(handover: Handover) -> None:
    if handover.answer != Handover.Answer.WAITING:
        raise TransitionRefused(_("This was answered already: it is “%s”.") % handover.get_answer_display())


def _answer_once(handover: Handover, answer: str, *, by: UUID, now: datetime) -> Handover:
    if handover.answer == answer:
        return handover
    _check_waiting(handover)
    return _answer(handover, answer, by=by, now=now)


def _answer(handover: Handover, answer: str, *, by: UUID, now: datetime) -> Handover:
    handover.answer, handover.answered_at = answer, now
    handover.save(update_fields=["answer", "answered_at"])
    _note(f"stewardship.{answer}", handover, by=by, now=now)
    return handover


def _note(kind: str, handover: Handover, *, by: UUID, now: datetime) -> None:
    thing = ("handover", handover.pk)
    note_event(kind, handover.guild, by=by, now=now, thing=thing, subject=handover.offered_to_id)
