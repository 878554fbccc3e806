"""Put a backup back."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guildhub.backups import BackupError, archives_in, restore


class Command(BaseCommand):
    """`manage.py restore FILE`: into an empty database, or beside a full one that it then replaces."""

    help = "Restore a backup, prove it, and erase again whoever was erased since it was made."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which backup, where to, and whether something is there already."""
        parser.add_argument("file", help="a .dump with its .json beside it, or `latest`")
        parser.add_argument("--database", metavar="NAME", help="another database than the guild's own")
        parser.add_argument(
            "--replace", action="store_true", help="keep what is there under another name and take its place"
        )
        parser.add_argument(
            "--forget-file", type=Path, metavar="FILE", help="people erased since (default: erased.jsonl in BACKUP_DIR)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is done as it is done."""
        try:
            restored = restore(
                _chosen(options["file"]),
                into=options["database"],
                replace=options["replace"],
                forget=options["forget_file"],
                say=self.stdout.write,
            )
        except BackupError as error:
            raise CommandError(error.message) from error
        if restored.kept_as:
            self.stdout.write(f"What was there is kept as the database {restored.kept_as}. Drop it when you are sure.")
        if restored.proof.erased:
            self.stdout.write(f"{restored.proof.erased} person(s) erased since that backup were erased again.")
        for finding in restored.proof.first:
            self.stdout.write(self.style.ERROR(f"  {finding}"))
        if restored.proof.findings:
            raise CommandError(f"Restored, but {restored.proof.findings} finding(s) say that it does not hold.")
        self.stdout.write(
            self.style.SUCCESS(f"{restored.database} is restored: every count, the ledger and the log hold.")
        )


def _chosen(name: str) -> Path:
    if name != "latest":
        return Path(name)
    verified = [found for found in archives_in(Path(settings.BACKUP_DIR)) if found.is_verified]
    if not verified:
        raise CommandError(f"There is no verified backup in {settings.BACKUP_DIR}.")
    return verified[0].path
