"""Erase again whoever was erased since the data here were saved: after a point-in-time recovery."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guildhub.backups import BackupError
from guildhub.backups.forgetting import erase_again, forget_file, read_forget_file


class Command(BaseCommand):
    """`manage.py erase_again`: `restore` does this by itself."""

    help = "Erase in this database everybody whom erased.jsonl names. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which list; without it the one beside the backups."""
        parser.add_argument("--forget-file", type=Path, metavar="FILE", help="default: erased.jsonl in BACKUP_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, and say how many there were."""
        try:
            people = read_forget_file(options["forget_file"] or forget_file())
        except BackupError as error:
            raise CommandError(error.message) from error
        erased = erase_again(people, now=timezone.now())
        self.stdout.write(f"{erased} of {len(people)} person(s) were known here again and were erased.")
