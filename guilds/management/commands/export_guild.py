"""`manage.py export_guild SLUG FILE`: everything of one guild in one file."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from guilds.export_file import one_moment, write_export
from guilds.models import Guild


class Command(BaseCommand):
    help = "Write everything of one guild into a zip of JSON lines; with --names its people and their work, too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("file", type=Path)
        parser.add_argument("--names", action="store_true", help="include people, their hours and words to reviewers")

    def handle(self, *args: Any, slug: str, file: Path, names: bool, **options: Any) -> None:
        guild = Guild.objects.filter(slug=slug).first()
        if guild is None:
            raise CommandError(f"There is no guild at the address {slug!r}.")
        # Only whoever runs this may read a file that names people; an old one of that name is not overwritten.
        try:
            out = open(file, "xb", opener=_private)  # noqa: SIM115  (closed below)
        except OSError as error:
            raise CommandError(f"{file} can't be written: {error.strerror}.") from error
        with out, one_moment():
            lines = write_export(guild, out, has_names=names, now=timezone.now())
        self.stdout.write(f"{file}: {lines} lines.")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
