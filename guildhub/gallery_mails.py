"""One example of every mail that this hub can send, for the gallery: real letters, about things that aren't there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from accounts.adapter import AccountAdapter
from contributions.digest import example_lines as example_work
from core.ids import uuid7
from core.letters import message_of
from guildhub.monday.digest import Recipient, compose
from guilds.invitation_mail import compose_invitation
from guilds.models import Guild, Invitation, InvitationList
from notices.letters import digest_letter, urgent_letter
from notices.own_digest import example_lines as example_inbox
from projects.digest import example_lines as example_claims

READER = "nandini@example.org"
NOBODY = UUID(int=0)


def _digest() -> EmailMultiAlternatives:
    lines = [*example_work(), *example_claims(), *example_inbox()]
    return message_of(digest_letter(NOBODY, lines), to=READER)


def _quiet_week() -> EmailMultiAlternatives:
    credited = [line for line in example_work() if line.section == "credited"]
    return message_of(digest_letter(NOBODY, credited), to=READER)


def _words_hidden() -> EmailMultiAlternatives:
    return message_of(urgent_letter("words_hidden", {"what": "problem"}, reverse("notices:inbox")), to=READER)


def _token_made() -> EmailMultiAlternatives:
    return message_of(urgent_letter("token_made", {}, reverse("accounts:tokens")), to=READER)


def _stewards_monday() -> EmailMultiAlternatives:
    now = timezone.now()
    zone = timezone.get_current_timezone()
    return compose(Recipient(NOBODY, READER, zone, get_language() or "en", None), now=now)  # type: ignore[arg-type]


def _invitation() -> EmailMultiAlternatives:
    guild = Guild(
        slug="majuli", name="Majuli River Guild", summary="We map floods and help the people who live with them."
    )
    ends_at = timezone.now() + timedelta(days=30)
    about = InvitationList(guild=guild, language=get_language() or "en", ends_at=ends_at)
    person = Invitation(pk=uuid7(), invitation_list=about, email=READER, name="Nandini", language=about.language)
    return compose_invitation(person, about)


#: What a mail about a change says of the browser that made it.
_SEEN = {"ip": "192.0.2.7", "timestamp": timezone.now(), "user_agent": "Firefox on Android"}


def _of_accounts(template: str, **context: object) -> Callable[[], EmailMultiAlternatives]:
    def written() -> EmailMultiAlternatives:
        known = {"email": READER, "signup_url": settings.SITE_URL + "/accounts/signup/", **_SEEN, **context}
        message = AccountAdapter().render_mail(template, READER, known)
        assert isinstance(message, EmailMultiAlternatives)
        return message

    return written


#: Name in the address -> the template of one of the door's mails, and what differs in it.
ACCOUNT_MAILS: dict[str, tuple[str, dict[str, object]]] = {
    "login-code": ("account/email/login_code", {"code": "K7QX-WB2M"}),
    "confirm-address": ("account/email/email_confirmation", {"code": "B4NT-9HRC"}),
    "no-such-account": ("account/email/unknown_account", {}),
    "account-exists": ("account/email/account_already_exists", {}),
    "still-you": ("account/email/again", {"code": "M2PW-7DKX"}),
    "password-set": ("account/email/password_set", {}),
    "password-removed": ("account/email/password_removed", {}),
    "app-set-up": ("mfa/email/totp_activated", {}),
    "app-turned-off": ("mfa/email/totp_deactivated", {}),
    "passkey-added": ("mfa/email/webauthn_added", {}),
    "passkey-removed": ("mfa/email/webauthn_removed", {}),
    "codes-on-paper": ("mfa/email/recovery_codes_generated", {}),
    "forge-linked": ("socialaccount/email/account_connected", {}),
    "forge-unlinked": ("account/email/forge_unlinked", {}),
}
#: Name in the address -> the mail, in the active language.
MAILS: dict[str, Callable[[], EmailMultiAlternatives]] = {
    **{name: _of_accounts(template, **context) for name, (template, context) in ACCOUNT_MAILS.items()},
    "digest": _digest,
    "digest-quiet": _quiet_week,
    "words-hidden": _words_hidden,
    "token-made": _token_made,
    "invitation": _invitation,
    "stewards-monday": _stewards_monday,
}
