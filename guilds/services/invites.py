"""Links that let people in: made and revoked by stewards, taken by whoever holds one, never by more than it says."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError
from core.limits import check_limit
from guilds.models import InviteLink, Membership
from guilds.models.guild import Guild
from guilds.permissions import check_guild_open, check_steward
from guilds.rules import INVITE_DAYS_MOST, INVITE_USES_MOST, days_between
from guilds.services.joining import check_no_member, let_in
from guilds.services.steps import note_event


class InviteUnusable(DomainError):
    """The link lets nobody in (any more); the message says why and what would help."""

    code = "invite_unusable"


@dataclass(frozen=True)
class MadeLink:
    """A new link and its secret, which is shown once and kept nowhere."""

    link: InviteLink
    token: str


def hash_of(token: str) -> str:
    """What is kept of a link's secret. It is random and long, so no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_invite(*, guild: Guild, by: Subject, now: datetime, uses_most: int, expires_at: datetime) -> MadeLink:
    """A link that lets so many people in until then. It gives membership and never a right."""
    check_guild_open(guild)
    check_steward(by, guild, now)
    lock_person(by.pk)
    if not 1 <= uses_most <= INVITE_USES_MOST:
        raise DomainError(_("A link lets in between 1 and %(most)s people.") % {"most": INVITE_USES_MOST})
    if expires_at <= now or days_between(now, expires_at) > INVITE_DAYS_MOST:
        raise DomainError(_("A link ends between now and %(days)s days from now.") % {"days": INVITE_DAYS_MOST})
    check_limit("invite", by.pk, now=now)
    token = secrets.token_urlsafe(24)
    link = InviteLink.objects.create(
        guild=guild, token_hash=hash_of(token), made_by=by, made_at=now, expires_at=expires_at, uses_most=uses_most
    )
    thing = ("invite_link", link.pk)
    note_event(
        "invite.made", guild, by=by.pk, now=now, thing=thing, uses=uses_most, until=expires_at.date().isoformat()
    )
    return MadeLink(link, token)


@transaction.atomic
def revoke_invite(*, link: InviteLink, by: Subject, now: datetime) -> None:
    """End a link at once; whoever came by it stays. Twice is once."""
    check_steward(by, link.guild, now)
    if InviteLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=now):
        note_event("invite.revoked", link.guild, by=by.pk, now=now, thing=("invite_link", link.pk))


@transaction.atomic
def join_by_invite(*, link: InviteLink, by: Subject, now: datetime, roles: Sequence[str] = ()) -> Membership:
    """Join the guild of a link that still lets people in. Raises AlreadyMember (which takes no use), InviteUnusable."""
    ids = lock_person(by.pk)
    guild = Guild.objects.get(pk=link.guild_id)
    check_guild_open(guild)
    check_no_member(guild, ids)
    # One conditional step: of many at once only so many get through, and each waits for the one before it.
    taken = InviteLink.objects.filter(
        pk=link.pk, revoked_at__isnull=True, expires_at__gt=now, uses__lt=F("uses_most")
    ).update(uses=F("uses") + 1)
    if not taken:
        link.refresh_from_db()
        raise InviteUnusable(why_unusable(link, now) or _("This link lets nobody in. Ask whoever gave it to you."))
    return let_in(guild, by, actor=by, now=now, way="invite", roles=roles, link=link)


def why_unusable(link: InviteLink, now: datetime) -> str:
    """Why a link lets nobody in, and what would help; empty while it does."""
    if link.revoked_at is not None:
        return _("A steward has ended this link. Ask them for another one.")
    if link.expires_at <= now:
        return _("This link has run out. Ask whoever gave it to you for a new one.")
    if link.uses >= link.uses_most:
        return _("As many people as this link lets in have come. Ask whoever gave it to you for a new one.")
    return ""
