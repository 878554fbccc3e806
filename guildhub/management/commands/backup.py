"""Make a backup and prove it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guildhub.backups import BackupError, back_up
from guildhub.backups.forgetting import note_erasures


class Command(BaseCommand):
    """`manage.py backup`: exit code 0 when a backup was made, restored and proved."""

    help = "Dump the database, restore the dump into a scratch database, prove it there, and let old backups go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--to` writes somewhere else than BACKUP_DIR."""
        parser.add_argument("--to", type=Path, metavar="FOLDER", help="instead of BACKUP_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is done as it is done; the lines end with what was proved."""
        try:
            outcome = back_up(now=timezone.now(), folder=options["to"], say=self.stdout.write)
            note_erasures()
        except BackupError as error:
            raise CommandError(error.message) from error
        for finding in outcome.run.first_findings.splitlines():
            self.stdout.write(self.style.ERROR(f"  {finding}"))
        if outcome.run.findings:
            raise CommandError(f"The backup was made, but {outcome.run.findings} finding(s) say it does not hold.")
        self.stdout.write(
            self.style.SUCCESS("Restored into a scratch database: every count, the ledger and the log hold.")
        )
