"""Rights: given by a steward to a member until a day, taken back, given back, and a word before they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_people, lock_person
from core.errors import DomainError, TransitionRefused
from guilds.models import Grant, Guild
from guilds.permissions import check_guild_open, check_own_grant, check_steward
from guilds.queries import is_member, live_grants
from guilds.rules import GRANT_REMINDER_DAYS
from guilds.services.assurance import count_reviewers
from guilds.services.steps import locked_guild, note_event
from notices.services import News, notify


class RightHeld(TransitionRefused):
    """The person holds this right already."""

    code = "right_held"


class SelfGrant(DomainError):
    """Nobody gives a right to themselves."""

    code = "self_grant"


class NotMember(DomainError):
    """Rights are for members."""

    code = "not_member"


class LastSteward(DomainError):
    """A guild that is open has a steward."""

    code = "last_steward"


@transaction.atomic
def grant_right(
    *, guild: Guild, subject: Subject, right: str, by: Subject, now: datetime, until: datetime | None = None
) -> Grant:
    """Give a member a right until a date (None: until revoked). Raises SelfGrant, RightHeld, PermissionRefused."""
    check_guild_open(guild)
    check_steward(by, guild, now)
    if until is not None and until <= now:
        raise DomainError(_("A right ends after it starts. Choose a later day."))
    lock_people([by.pk, subject.pk], by=by.pk)
    grant = give_right(guild, subject, right, given_by=by, now=now, until=until)
    count_reviewers(guild=guild, now=now)
    return grant


def give_right(
    guild: Guild, subject: Subject, right: str, *, given_by: Subject, now: datetime, until: datetime | None = None
) -> Grant:
    """Write a grant under both people's locks. Raises SelfGrant, RightHeld, NotMember."""
    ids = linked_subjects(subject.pk)
    if given_by.pk in ids:
        raise SelfGrant(_("You can't give a right to yourself. Another steward can."))
    if not is_member(subject.pk, guild.pk):
        raise NotMember(_("Only members of the guild can be given a right. They join first."))
    if live_grants(now).filter(guild=guild, subject_id__in=ids, right=right).exists():
        raise RightHeld(_("This person is a %(right)s already.") % {"right": Grant.Right(right).label})
    grant = Grant.objects.create(
        guild=guild, subject=subject, right=right, given_by=given_by, starts_at=now, ends_at=until
    )
    until_on = until.date().isoformat() if until else None
    thing = ("grant", grant.pk)
    note_event(
        "grant.given", guild, by=given_by.pk, now=now, thing=thing, subject=subject.pk, right=right, until=until_on
    )
    return grant


@transaction.atomic
def revoke_right(*, grant: Grant, by: Subject, now: datetime) -> None:
    """Take a right back at once; safe to run twice. Raises LastSteward."""
    check_steward(by, grant.guild, now)
    lock_people([by.pk, grant.subject_id], by=by.pk)
    _end(grant, by=by, now=now)


@transaction.atomic
def give_back_right(*, grant: Grant, by: Subject, now: datetime) -> None:
    """End a right of one's own at once; safe to run twice. Raises LastSteward."""
    lock_person(by.pk)
    check_own_grant(by, grant)
    _end(grant, by=by, now=now)


def _end(grant: Grant, *, by: Subject, now: datetime) -> None:
    """End a grant under its person's lock, unless it is over already."""
    guild = locked_guild(grant.guild)
    if grant.right == Grant.Right.STEWARD:
        check_not_last_steward(guild, linked_subjects(grant.subject_id), now)
    if not Grant.objects.filter(pk=grant.pk, revoked_at__isnull=True).update(revoked_at=now):
        return
    thing = ("grant", grant.pk)
    note_event("grant.revoked", guild, by=by.pk, now=now, thing=thing, subject=grant.subject_id, right=grant.right)
    count_reviewers(guild=guild, now=now)


def check_not_last_steward(guild: Guild, ids: Sequence[UUID], now: datetime) -> None:
    """Refuse to leave an open guild without a steward, under its lock. Raises LastSteward."""
    if guild.state != Guild.State.OPEN:
        return
    stewards = live_grants(now).filter(guild=guild, right=Grant.Right.STEWARD)
    if stewards.filter(subject_id__in=ids).exists() and not stewards.exclude(subject_id__in=ids).exists():
        raise LastSteward(
            _(
                "%(guild)s would be left without a steward. Hand its care over to another member first, "
                "or close the guild."
            )
            % {"guild": guild.name}
        )


@transaction.atomic
def remind_of_ending_rights(*, now: datetime) -> int:
    """Tell people two weeks before a right of theirs ends, once; returns how many end soon."""
    soon = live_grants(now).filter(ends_at__lte=now + timedelta(days=GRANT_REMINDER_DAYS), guild__state="open")
    rows = list(soon.select_related("guild"))
    notify(
        (
            News(
                subject_id=grant.subject_id,
                kind="grant_ending",
                event_id=grant.pk,
                url=grant.guild.get_absolute_url(),
                params={"guild": grant.guild.name, "right": grant.right, "on": _last_day(grant)},
            )
            for grant in rows
        ),
        now=now,
    )
    return len(rows)


def _last_day(grant: Grant) -> str:
    """The last whole day of a grant in the guild's zone, as a date."""
    assert grant.ends_at is not None
    return (grant.ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(grant.guild.timezone)).date().isoformat()
