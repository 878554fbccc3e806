"""Backups: dumped in one snapshot, proved by restoring them, kept by a rule, put back without overwriting anything."""

from guildhub.backups.archive import Archive, archives_in
from guildhub.backups.errors import BackupError
from guildhub.backups.making import back_up
from guildhub.backups.restoring import Restored, restore

__all__ = ["Archive", "BackupError", "Restored", "archives_in", "back_up", "restore"]
