"""The verbs that change guilds: propose, open, join, leave, grant, revoke, publish a policy."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_people, lock_person
from accounts.services import start_profile
from core.errors import DomainError, TransitionRefused
from core.events import record_event
from core.transitions import change_state, note_state
from guilds.models import Grant, Guild, Membership, Policy
from guilds.permissions import check_guild_open, check_hub_steward, check_steward
from guilds.queries import is_member, live_grants


class AlreadyMember(TransitionRefused):
    """The person belongs to the guild already."""

    code = "already_member"


class AddressTaken(DomainError):
    """Another guild has this address already."""

    code = "address_taken"


class RightHeld(TransitionRefused):
    """The person holds this right already."""

    code = "right_held"


class SelfGrant(DomainError):
    """Nobody gives a right to themselves."""

    code = "self_grant"


@transaction.atomic
def propose_guild(
    *, slug: str, name: str, summary: str, by: Subject, now: datetime, is_demo: bool = False, **fields: Any
) -> Guild:
    """Write down a guild that waits for a hub steward; its proposer is its first member. Policy 1 is made with it.

    Raises AddressTaken, also when two people choose one address in the same moment.
    """
    guild = Guild(slug=slug, name=name, summary=summary, created_at=now, is_demo=is_demo, **fields)
    try:
        with transaction.atomic():
            guild.save(force_insert=True)
    except IntegrityError as error:
        if not Guild.objects.filter(slug=slug).exists():
            raise
        raise AddressTaken(_("A guild with this address exists already. Choose another address.")) from error
    note_state(guild, "", actor=by.pk, now=now)
    Policy.objects.create(guild=guild, version=1, effective_at=now, published_by=by.pk)
    start_profile(subject=by, timezone=guild.timezone)
    Membership.objects.create(guild=guild, subject=by, joined_at=now)
    return guild


@transaction.atomic
def open_guild(*, guild: Guild, steward: Subject, by: Subject, now: datetime) -> Guild:
    """Open a proposed guild and give it its first steward; `by` is a hub steward, not the one given the right."""
    check_hub_steward(by)
    lock_people([by.pk, steward.pk])
    guild = Guild.objects.select_for_update(no_key=True).get(pk=guild.pk)
    change_state(guild, Guild.State.OPEN, actor=by.pk, now=now)
    _event("guild.opened", guild, by=by, now=now)
    _give(guild, steward, Grant.Right.STEWARD, given_by=by, now=now, until=None)
    return guild


@transaction.atomic
def join_guild(*, guild: Guild, by: Subject, now: datetime, roles: list[str] | None = None) -> Membership:
    """Become a member of an open guild. Raises AlreadyMember the second time."""
    check_guild_open(guild)
    ids = lock_person(by.pk)
    if Membership.objects.filter(guild=guild, subject_id__in=ids, left_at__isnull=True).exists():
        raise AlreadyMember(_("You belong to %(guild)s already.") % {"guild": guild.name})
    start_profile(subject=by, timezone=guild.timezone)
    membership = Membership.objects.create(guild=guild, subject=by, roles=roles or [], joined_at=now)
    _event("membership.joined", guild, by=by, now=now, subject=by.pk)
    return membership


@transaction.atomic
def leave_guild(*, guild: Guild, by: Subject, now: datetime) -> None:
    """End a membership and the rights that came with it; what was earned stays."""
    ids = lock_person(by.pk)
    ended = Membership.objects.filter(guild=guild, subject_id__in=ids, left_at__isnull=True).update(left_at=now)
    Grant.objects.filter(guild=guild, subject_id__in=ids, revoked_at__isnull=True).update(revoked_at=now)
    if ended:
        _event("membership.left", guild, by=by, now=now, subject=by.pk)


@transaction.atomic
def grant_right(
    *, guild: Guild, subject: Subject, right: str, by: Subject, now: datetime, until: datetime | None = None
) -> Grant:
    """Give a member a right until a date (None: until revoked). Raises SelfGrant, RightHeld, PermissionRefused."""
    check_guild_open(guild)
    check_steward(by, guild, now)
    if until is not None and until <= now:
        raise DomainError(_("A right ends after it starts. Choose a later day."))
    if not is_member(subject.pk, guild.pk):
        raise DomainError(_("Only members of the guild can be given a right. They join first."))
    return _give(guild, subject, right, given_by=by, now=now, until=until)


def _give(
    guild: Guild, subject: Subject, right: str, *, given_by: Subject, now: datetime, until: datetime | None
) -> Grant:
    lock_people([given_by.pk, subject.pk])
    ids = linked_subjects(subject.pk)
    if given_by.pk in ids:
        raise SelfGrant(_("You can't give a right to yourself. Another steward can."))
    if live_grants(now).filter(guild=guild, subject_id__in=ids, right=right).exists():
        raise RightHeld(_("This person is a %(right)s already.") % {"right": Grant.Right(right).label})
    grant = Grant.objects.create(
        guild=guild, subject=subject, right=right, given_by=given_by, starts_at=now, ends_at=until
    )
    until_on = until.date().isoformat() if until else None
    _event("grant.given", guild, by=given_by, now=now, subject=subject.pk, right=right, until=until_on)
    return grant


@transaction.atomic
def revoke_right(*, grant: Grant, by: Subject, now: datetime) -> None:
    """Take a right back at once; safe to run twice."""
    check_steward(by, grant.guild, now)
    if Grant.objects.filter(pk=grant.pk, revoked_at__isnull=True).update(revoked_at=now):
        _event("grant.revoked", grant.guild, by=by, now=now, subject=grant.subject_id, right=grant.right)


@transaction.atomic
def publish_policy(*, guild: Guild, by: Subject, now: datetime, effective_at: datetime, **numbers: Any) -> Policy:
    """Write the guild's next policy version from today's numbers and the changed ones; never applied backwards."""
    check_guild_open(guild)
    check_steward(by, guild, now)
    Guild.objects.select_for_update(no_key=True).get(pk=guild.pk)
    latest = Policy.objects.filter(guild=guild).latest("version")
    if effective_at < max(now, latest.effective_at):
        raise DomainError(_("A policy takes effect now or later, after the one before it."))
    kept = {
        f.name: getattr(latest, f.name)
        for f in Policy._meta.concrete_fields
        if f.name not in {"id", "guild", "version", "effective_at", "published_by"}
    }
    policy = Policy(
        guild=guild,
        version=latest.version + 1,
        effective_at=effective_at,
        published_by=by.pk,
        **{**kept, **numbers},
    )
    policy.full_clean()
    policy.save(force_insert=True)
    _event("guild.policy_published", guild, by=by, now=now, version=policy.version)
    return policy


def _event(kind: str, guild: Guild, *, by: Subject, now: datetime, **data: UUID | str | int | None) -> None:
    record_event(kind, now=now, actor=by.pk, guild=guild.pk, object_kind="guild", object_id=guild.pk, data=data)
