"""What can go wrong with backups, in a sentence that says how to mend it."""

from __future__ import annotations

from core.errors import DomainError


class BackupError(DomainError):
    """A backup could not be made, proved or put back; the message says what to do."""

    code = "backup_failed"
