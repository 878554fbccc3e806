"""What whoever got an invitation does with it: join by it, or ask for no more of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError
from guilds.models import Guild, Invitation, Membership, NoInvitations
from guilds.permissions import check_guild_open
from guilds.services.invitations import NO_WORDS
from guilds.services.joining import check_no_member, let_in

Row = Invitation.State


class InvitationUnusable(DomainError):
    """The invitation lets nobody in (any more); the message says why and what would help."""

    code = "invitation_unusable"


class InvitationElsewhere(DomainError):
    """The invitation went to another address than this person's."""

    code = "invitation_elsewhere"


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: Subject, now: datetime) -> Membership:
    """Join the guild of an invitation that went to a verified address of one's own.

    Raises AlreadyMember, InvitationElsewhere, InvitationUnusable.
    """
    ids = lock_person(by.pk)
    guild = Guild.objects.get(pk=invitation.guild_id)
    check_guild_open(guild)
    check_no_member(guild, ids)
    row = (
        Invitation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("invitation_list")
        .get(pk=invitation.pk)
    )
    if refusal := why_not_taken(row, now):
        raise InvitationUnusable(refusal)
    if not is_theirs(row, by):
        raise InvitationElsewhere(
            _(
                "This invitation went to %(address)s. Sign in with that address, or add it to your account and "
                "verify it; then open the link again."
            )
            % {"address": masked(row.email)}
        )
    seat = let_in(guild, by, actor=by, now=now, way="invitation", roles=row.roles)
    Invitation.objects.filter(pk=row.pk).update(state=Row.JOINED, joined_at=now, joined_by=by, **NO_WORDS)
    return seat


@transaction.atomic
def refuse_invitations(*, invitation_id: UUID, digest: str, now: datetime) -> None:
    """Write to an address no more, for whatever guild: whoever holds the link of one mail asks for it. Twice is once.

    Needs no account. The address is kept as a keyed hash; the rows that hold it forget it.
    """
    NoInvitations.objects.bulk_create([NoInvitations(digest=digest, asked_at=now)], ignore_conflicts=True)
    email = Invitation.objects.filter(pk=invitation_id).values_list("email", flat=True).first()
    if email:
        Invitation.objects.filter(email=email).update(state=Row.UNWANTED, why="", **NO_WORDS)


def why_not_taken(invitation: Invitation, now: datetime) -> str:
    """Why an invitation lets nobody in, and what would help; empty while it does."""
    if invitation.state == Row.JOINED:
        return _("Somebody has joined by this invitation. It works once.")
    if invitation.state == Row.WITHDRAWN:
        return _("A steward has withdrawn this invitation. Ask them for another one.")
    if invitation.state == Row.UNWANTED:
        return _("You asked us not to write to this address. A steward of the guild can give you a link to join it.")
    if (
        invitation.state not in Invitation.TAKES
        or invitation.invitation_list.ends_at is None
        or invitation.invitation_list.ends_at <= now
    ):
        return _("This invitation has run out. Ask a steward of the guild for a new one.")
    return ""


def is_theirs(invitation: Invitation, person: Subject) -> bool:
    """Whether the invitation went to a verified address of this person."""
    rows = EmailAddress.objects.filter(user__subject=person, verified=True)
    return bool(invitation.email) and rows.filter(email__iexact=invitation.email).exists()


def masked(email: str) -> str:
    """An address that its owner knows again and nobody else learns.

    >>> masked("asha.devi@example.org")
    'a…i@example.org'
    """
    name, _at, domain = email.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{domain}"
