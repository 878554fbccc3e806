"""A guild's beginning: proposed by anybody, read by a steward of the hub, opened with a first steward or declined."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_people, lock_person
from accounts.services import start_profile
from core.errors import DomainError, TransitionRefused
from core.limits import check_limit
from core.meanwhile import check_seen
from core.transitions import change_state, note_state
from core.written import check_not_hidden
from guilds.models import Grant, Guild, Membership, Policy
from guilds.permissions import check_can_edit_guild, check_hub_steward, check_proposer
from guilds.rules import PROPOSALS_WAITING_MOST
from guilds.services.assurance import count_reviewers
from guilds.services.rights import give_right
from guilds.services.steps import locked_guild, note_event, reason_given

#: What the proposer may write; a guild's stewards may change the last four once it is open.
PROPOSAL_FIELDS = ("slug", "timezone", "name", "summary", "language", "contact")
GUILD_FIELDS = ("name", "summary", "language", "contact")


class AddressTaken(DomainError):
    """Another guild has this address already."""

    code = "address_taken"


class TooManyProposals(DomainError):
    """The person has as many proposals waiting as one may have."""

    code = "too_many_proposals"


@transaction.atomic
def propose_guild(
    *, slug: str, name: str, summary: str, by: Subject, now: datetime, is_demo: bool = False, **fields: Any
) -> Guild:
    """Write down a guild that waits for a hub steward; its proposer is its first member. Policy 1 is made with it.

    Raises AddressTaken, also when two people choose one address in the same moment, and TooManyProposals.
    """
    ids = lock_person(by.pk)
    waiting = Guild.objects.filter(proposed_by__in=ids, state=Guild.State.PROPOSED, declined_at__isnull=True)
    if waiting.count() >= PROPOSALS_WAITING_MOST:
        raise TooManyProposals(
            _("%(most)s guilds of yours wait for an answer, and that is the limit. Take one of them back, or wait.")
            % {"most": PROPOSALS_WAITING_MOST}
        )
    check_limit("guild", by.pk, now=now)
    guild = Guild(
        slug=slug, name=name, summary=summary, created_at=now, is_demo=is_demo, proposed_by_id=by.pk, **fields
    )
    _save_under_its_address(guild, force_insert=True)
    note_state(guild, "", actor=by.pk, now=now)
    Policy.objects.create(guild=guild, version=1, effective_at=now, published_by=by.pk, published_at=now)
    start_profile(subject=by, timezone=guild.timezone)
    Membership.objects.create(guild=guild, subject=by, joined_at=now)
    return guild


@transaction.atomic
def edit_proposal(*, guild: Guild, by: Subject, now: datetime, **fields: Any) -> Guild:
    """Change a proposal that isn't open yet; one that was declined waits for an answer again.

    Raises AddressTaken, TransitionRefused once it is open.
    """
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_proposer(by, guild)
    _check_proposed(guild)
    check_not_hidden(guild, fields)
    for name, value in fields.items():
        if name not in PROPOSAL_FIELDS:
            raise ValueError(f"{name} is not edited here")
        setattr(guild, name, value)
    guild.declined_at, guild.declined_by, guild.decline_reason = None, None, ""
    _save_under_its_address(guild, update_fields=[*fields, "declined_at", "declined_by", "decline_reason"])
    return guild


@transaction.atomic
def withdraw_proposal(*, guild: Guild, by: Subject, now: datetime) -> Guild:
    """Take a proposal back, so that nobody reads it in vain; changing it hands it in again. Twice is once."""
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_proposer(by, guild)
    _check_proposed(guild)
    if guild.declined_at is None:
        _set_aside(guild, by=by, now=now, reason=_("Taken back by whoever proposed it."))
    return guild


@transaction.atomic
def decline_guild(*, guild: Guild, by: Subject, reason: str, now: datetime) -> Guild:
    """Not open a proposed guild, with a reason that its proposer reads; they may change it and hand it in again.

    Raises ReasonMissing, and TransitionRefused when it was declined or opened meanwhile.
    """
    check_hub_steward(by)
    lock_person(by.pk)
    guild = locked_guild(guild)
    _check_proposed(guild)
    if guild.declined_at is not None:
        raise TransitionRefused(_("This proposal was answered already. Nothing was changed."))
    _set_aside(guild, by=by, now=now, reason=reason_given(reason))
    note_event("guild.declined", guild, by=by.pk, now=now, subject=guild.proposed_by_id)
    return guild


@transaction.atomic
def open_guild(*, guild: Guild, steward: Subject, by: Subject, now: datetime) -> Guild:
    """Open a proposed guild and give it its first steward; `by` is a hub steward, not the one given the right.

    Raises SelfGrant, TransitionRefused, and NotMember for somebody who doesn't belong to it.
    """
    check_hub_steward(by)
    lock_people([by.pk, steward.pk])
    guild = locked_guild(guild)
    guild.declined_at, guild.declined_by, guild.decline_reason = None, None, ""
    also = ["declined_at", "declined_by", "decline_reason"]
    change_state(guild, Guild.State.OPEN, actor=by.pk, now=now, also=also)
    note_event("guild.opened", guild, by=by.pk, now=now)
    give_right(guild, steward, Grant.Right.STEWARD, given_by=by, now=now)
    count_reviewers(guild=guild, now=now)
    return guild


@transaction.atomic
def edit_guild(*, guild: Guild, by: Subject, now: datetime, seen: str = "", **fields: Any) -> Guild:
    """Change what an open guild says about itself. Raises ChangedMeanwhile when it is not what was `seen` any more."""
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_can_edit_guild(by, guild, now)
    if unknown := set(fields) - set(GUILD_FIELDS):
        raise ValueError(f"{sorted(unknown)} are not edited here")
    check_not_hidden(guild, fields)
    check_seen(guild, fields, seen=seen, whole=GUILD_FIELDS)
    for name, value in fields.items():
        setattr(guild, name, value)
    guild.save(update_fields=list(fields))
    return guild


def _check_proposed(guild: Guild) -> None:
    if guild.state != Guild.State.PROPOSED:
        raise TransitionRefused(_("This guild is “%(state)s” by now.") % {"state": guild.get_state_display()})


def _set_aside(guild: Guild, *, by: Subject, now: datetime, reason: str) -> None:
    guild.declined_at, guild.declined_by, guild.decline_reason = now, by, reason
    guild.save(update_fields=["declined_at", "declined_by", "decline_reason"])


def _save_under_its_address(guild: Guild, **how: Any) -> None:
    """Save a guild whose address somebody else may choose in the same moment. Raises AddressTaken."""
    try:
        with transaction.atomic():
            guild.save(**how)
    except IntegrityError as error:
        if not Guild.objects.filter(slug=guild.slug).exclude(pk=guild.pk).exists():
            raise
        raise AddressTaken(_("A guild with this address exists already. Choose another address.")) from error
