"""How allauth's mails leave the house, and what somebody is told when they don't."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.door.addresses import client_ip
from accounts.door.sessions import is_proved
from core.errors import DomainError
from core.letters import letter_of_text, message_of

logger = logging.getLogger(__name__)


class MailNotSent(DomainError):
    """The mail server took no mail; whoever waits for a code must hear of it, for no code will come."""

    code = "mail_not_sent"
    status = 503


class AccountAdapter(DefaultAccountAdapter):
    """allauth's own way, but that a mail server which is down is said in words and not as a broken page.

    Known and unknown addresses are both sent a mail, so the sentence tells nobody which one has an account.
    """

    # In our words, because allauth has none in most of our languages, and speaks of user names and failed logins.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("This account is closed."),
        "cannot_remove_primary_email": gettext_lazy("Make another address the main one first."),
        "duplicate_email": gettext_lazy("This address is one of yours already."),
        "email_password_mismatch": gettext_lazy("This address and this password don't belong together."),
        "email_taken": gettext_lazy("This address already belongs to another account. Sign in with it there."),
        "incorrect_code": gettext_lazy("That is not the code that we sent."),
        "incorrect_password": gettext_lazy("That is not your password."),
        "invalid_login": gettext_lazy("That did not work. Try again."),
        "invalid_or_expired_key": gettext_lazy("This link has run out or was used before."),
        "max_email_addresses": gettext_lazy("You can't have more than %d addresses."),
        "rate_limited": gettext_lazy("That was too much at once. Try again in a few minutes."),
        "same_as_current": gettext_lazy("That is the one you have now."),
        "too_many_login_attempts": gettext_lazy("Too many codes were asked for. Try again in a few minutes."),
        "unknown_email": gettext_lazy("No account has this address."),
        "unverified_primary_email": gettext_lazy("First prove that your main address is yours."),
    }

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None) -> Any:
        """The words are allauth's templates of plain text, ours where we have some; their HTML is made from them."""
        plain = super().render_mail(template_prefix, email, context, headers)
        letter = letter_of_text(plain.subject, str(plain.body), codes=[str(context.get("code") or "")])
        return message_of(letter, to=plain.to[0], headers=headers)

    def get_client_ip(self, request: HttpRequest) -> str:
        """What our own proxies say; never empty, so that a missing address is one of the things that are limited."""
        return client_ip(request) or "0.0.0.0"  # noqa: S104

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:
        """Ours decides (accounts/door/again.py): signing in is a proof, too, and a mailed code is one."""
        return not is_proved(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Every address that matters asks by itself; whoever still comes here begins at the page of the door."""
        return [{"id": "door", "description": "", "url": reverse("accounts:door")}]

    def send_account_already_exists_mail(self, email: str) -> None:
        """As allauth's, without a way to a forgotten password: nobody needs one here."""
        self.send_mail("account/email/account_already_exists", email, {})

    def send_notification_mail(self, *args: Any, **more: Any) -> None:
        """As allauth's. What it tells of is done: a mail server that doesn't answer must not look like a refusal."""
        try:
            super().send_notification_mail(*args, **more)
        except MailNotSent:
            logger.exception("Somebody was not told by mail that something about their sign-in changed: %s", args[:1])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it now; raises MailNotSent."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("Mail could not be sent (%s): %s", type(error).__name__, template_prefix)
            raise MailNotSent(
                _(
                    "We could not send the mail with your code, because the mail server does not answer. Nothing is lost."
                )
            ) from error
