"""What the hub notes about itself: nobody writes it, so nothing of it has a report button."""

from __future__ import annotations

from core.written import not_reportable
from guildhub.models import BackupRun, CheckRun, Heartbeat, MondayMail


def register() -> None:
    """Say of every text field that it holds words of the program."""
    ours = "words of the program, for the hub's stewards"
    not_reportable(BackupRun, ours, "file_name", "sha256", "first_findings", "error")
    not_reportable(CheckRun, ours, "first_findings")
    not_reportable(Heartbeat, ours, "name", "facts")
    not_reportable(MondayMail, ours, "error")
