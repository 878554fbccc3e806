"""The mail of an invitation, and the secrets in its two links.

No secret is stored: both are made from a row's id and the address under the hub's key, so that a mail says the same
whenever it is written, and a copy of the database opens nothing.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.letters import Letter, Part, in_full, message_of, read_by
from core.text import one_line
from guilds.models import Invitation, InvitationList

_LINK = "guildhub.invitation"
_STOP = "guildhub.invitation.stop"
_ADDRESS = "guildhub.no_invitations"
_MAC_BYTES = 16


def address_digest(email: str) -> str:
    """How an address is known that wants no invitations: a hash that nobody can try without the hub's key."""
    return _hmac(_ADDRESS, email.encode()).hex()


def address_digests(email: str) -> list[str]:
    """The same under today's key and the ones before it, so that a new key forgets nobody's wish."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_hmac(_ADDRESS, email.encode(), key).hex() for key in keys]


def link_token(invitation_id: UUID) -> str:
    """The secret of the link that lets somebody in."""
    return _signed(_LINK, invitation_id.bytes)


def invitation_id_of(token: str) -> UUID | None:
    """Whose link that is; None for no link of ours."""
    told = _verified(_LINK, token, 16)
    return UUID(bytes=told) if told else None


def stop_token(invitation: Invitation) -> str:
    """The secret of the link by which an address asks for no more: it works when the row is long gone."""
    return _signed(_STOP, invitation.pk.bytes + bytes.fromhex(address_digest(invitation.email)))


def stop_of(token: str) -> tuple[UUID, str] | None:
    """The invitation and the digest of the address behind such a link; None for no link of ours."""
    told = _verified(_STOP, token, 48)
    return (UUID(bytes=told[:16]), told[16:].hex()) if told else None


def mail_language(invitation: Invitation, invitation_list: InvitationList) -> str:
    """The language that the row names if this hub speaks it, or the list's."""
    return invitation.language if invitation.language in dict(settings.LANGUAGES) else invitation_list.language


def compose_invitation(invitation: Invitation, invitation_list: InvitationList) -> EmailMultiAlternatives:
    """The mail, in its reader's language. It holds no words of the steward's but the guild's own."""
    stop = in_full(reverse("invitation_stop", args=[stop_token(invitation)]))
    with read_by(mail_language(invitation, invitation_list), invitation_list.guild.timezone):
        return message_of(
            letter_of(invitation, invitation_list, stop),
            to=invitation.email,
            message_id=f"<{invitation.pk}@{urlsplit(settings.SITE_URL).hostname}>",
            headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )


def letter_of(invitation: Invitation, invitation_list: InvitationList, stop: str) -> Letter:
    """What it says, in the active language; `stop` is where its reader asks for no more."""
    guild = invitation_list.guild
    name, until = one_line(guild.name, length=80), date_format(invitation_list.ends_at or "", "DATE_FORMAT")
    invites = _(
        "%(guild)s invites you to take part: people work on problems of their place, and their work is counted."
    )
    told = _("A steward of %(guild)s gave us your address for this one mail. We delete it when the invitation ends.")
    alone = _("The link is for this address alone and works until %(day)s. If you don't want to join, do nothing.")
    parts = [
        Part("words", _("Hello %(name)s,") % {"name": invitation.name} if invitation.name else _("Hello,")),
        Part("words", invites % {"guild": name}),
        Part("words", guild.summary),
        Part("button", _("See what it is, and join"), in_full(reverse("invitation", args=[link_token(invitation.pk)]))),
        Part("words", alone % {"day": until}),
    ]
    foot = (Part("words", told % {"guild": name}), Part("link", _("Do not write to me again"), stop))
    return Letter(_("%(guild)s invites you") % {"guild": name}, [part for part in parts if part.words], foot)


def _hmac(salt: str, value: bytes, key: str | None = None) -> bytes:
    return salted_hmac(salt, value, secret=key, algorithm="sha256").digest()


def _signed(salt: str, told: bytes) -> str:
    return urlsafe_b64encode(told + _hmac(salt, told)[:_MAC_BYTES]).rstrip(b"=").decode()


def _verified(salt: str, token: str, length: int) -> bytes | None:
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    told, mac = raw[:length], raw[length:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    is_ours = any(constant_time_compare(mac, _hmac(salt, told, key)[:_MAC_BYTES]) for key in keys)
    return told if is_ours and len(told) == length else None
