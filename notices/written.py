"""Nobody writes what the inbox and its mails hold, so nothing of it has a report button."""

from __future__ import annotations

from core.written import not_reportable
from notices.models import Mail, MailChoices, Notice


def register() -> None:
    """Say of every text field what it holds."""
    not_reportable(
        Notice, "sentences of the program about things that have a button themselves", "kind", "params", "url"
    )
    not_reportable(MailChoices, "a choice of their own, from a list", "muted")
    not_reportable(Mail, "words of the program, for the hub's stewards", "kind", "why", "error", "message_id")
