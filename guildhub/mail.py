"""Mail on a machine without a mail server: printed, and kept for the page /mail/."""

from __future__ import annotations

import email
import email.policy
import os
from collections.abc import Sequence
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend as ConsoleBackend

from core.ids import uuid7

#: How many messages are kept; the oldest go first.
KEPT = 50


class KeptMailBackend(ConsoleBackend):
    """Prints every message to the console and keeps the last ones as files."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print and keep; returns how many there were."""
        folder = _folder()
        for message in email_messages:
            fresh = folder / f"{uuid7().hex}.tmp"
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.message().as_bytes())
            fresh.rename(fresh.with_suffix(".eml"))
        for old in sorted(folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return super().send_messages(email_messages) or 0


def recent_messages() -> list[ParsedMessage]:
    """The kept messages, newest first, parsed."""
    paths = sorted(_folder().glob("*.eml"), reverse=True)
    parsed = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in paths]
    return [m for m in parsed if isinstance(m, ParsedMessage)]


def _folder() -> Path:
    folder = Path(settings.STATE_DIR) / "mail"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
