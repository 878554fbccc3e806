"""System checks that say when a hub has no mail: nobody could sign in, and nobody would hear of anything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.core.checks import register as register_check

#: Backends that send nothing to anybody.
_KEEPS_TO_ITSELF = ("console", "dummy", "locmem", "filebased")


def mail_leaves_the_house(**_kwargs: Any) -> list[CheckMessage]:
    """Warn of a real hub whose mails go nowhere, or come from nobody."""
    if settings.EMBEDDED:
        return []
    found: list[CheckMessage] = []
    if any(f".{name}." in settings.EMAIL_BACKEND for name in _KEEPS_TO_ITSELF):
        found.append(
            Warning(
                "This hub sends no mail: codes for signing in, digests and urgent mails go nowhere.",
                hint="Set EMAIL_URL to a mail server or a provider (docs/mail.md).",
                id="notices.W001",
            )
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        found.append(
            Warning(
                f"Mails come from {settings.DEFAULT_FROM_EMAIL}, which mail servers refuse.",
                hint="Set DEFAULT_FROM_EMAIL to an address of your domain (docs/mail.md).",
                id="notices.W002",
            )
        )
    return found


def register() -> None:
    """Let `manage.py check` ask."""
    register_check(mail_leaves_the_house)
