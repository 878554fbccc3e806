"""allauth's second step, with its secrets encrypted and its words ours."""

from __future__ import annotations

import base64
import hashlib
from typing import ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def _box() -> MultiFernet:
    """Opens what any key of before closed; closes with the newest."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [hashlib.blake2b(key.encode(), digest_size=32, person=b"guildhub.second").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


class SecondStepAdapter(DefaultMFAAdapter):
    """A dump of the database opens no second step: secrets of apps and codes on paper are encrypted with SECRET_KEY."""

    error_messages: ClassVar[dict[str, object]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That is not the right code. Look at it again, or take the next one."),
        "unverified_email": gettext_lazy("First prove that your e-mail addresses are yours, or remove them."),
        "cannot_delete_authenticator": gettext_lazy("That can't be removed."),
        "cannot_generate_recovery_codes": gettext_lazy("Codes on paper come with an app or a passkey. Add one first."),
        "add_email_blocked": gettext_lazy("That address can't be added while a second step guards the account."),
    }

    def encrypt(self, text: str) -> str:
        """As allauth stores it."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted with this key or one of before."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """As allauth's, on white: on a dark page an app would not see black on nothing."""
        drawn = str(super().build_totp_svg(url))
        start = drawn.index(">", drawn.index("<svg")) + 1
        return f'{drawn[:start]}<rect width="100%" height="100%" fill="#fff"/>{drawn[start:]}'

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """A name for a new passkey that its person can change."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}
