"""Prove the public log: order, leaves, roots, checkpoints, and that nothing that happened is missing from it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.log_dump import Asked, DumpTrouble, asked_of, check_dump, tell_signed
from core.log_integrity import log_checkpoints, log_keys, root_sizes, walk_log
from core.log_walk import LogCounts, known_size
from core.registries import integrity_checks


class Command(BaseCommand):
    """`manage.py verify_log`: exit code 0 when the log holds, 1 with a line per finding when it does not."""

    help = (
        "Check every leaf, place, root and checkpoint of the public log; names each row that fails. Safe beside a running "
        "guild. With --dump it reads a dump and no database; `python -m core.log_dump` does so without any settings."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to read instead of the database, and what to hold it against."""
        parser.add_argument("--dump", type=Path, metavar="FILE", help="what pg_dump wrote, in any of its formats")
        parser.add_argument(
            "--known", type=Path, action="append", default=[], metavar="FILE", help="a saved checkpoint"
        )
        parser.add_argument("--key", default="", metavar="KEY", help="the log's key, as you know it from elsewhere")
        parser.add_argument("--roots", action="store_true", help="say for each root which checkpoint signed it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the checks one after the other."""
        try:
            asked = asked_of(options["known"], options["key"], tells_roots=options["roots"])
            if options["dump"]:
                total, checks = check_dump(options["dump"], asked, self.stdout.write), 4
            else:
                total, checks = self._check_database(asked)
        except DumpTrouble as trouble:
            raise CommandError(str(trouble), returncode=2) from trouble
        if total:
            raise CommandError(f"{total} finding(s). The log does not hold.", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"The log holds: {checks} checks, no finding."))

    def _check_database(self, asked: Asked) -> tuple[int, int]:
        counts = LogCounts()
        wanted = {known_size(text) for text in asked.known.values()}
        checks: dict[str, Iterable[str]] = {
            "every entry follows, every leaf, root and checkpoint is right": walk_log(counts, wanted)
        }
        checks |= {name: check() for name, check in integrity_checks("log").items()}
        total = sum(self._run(name, findings) for name, findings in checks.items())
        total += tell_signed(asked, log_keys(), log_checkpoints(), root_sizes(), counts, self.stdout.write)
        self.stdout.write(f"{counts.entries} entries under {counts.roots} roots.")
        if counts.without_salt:
            self.stdout.write(
                f"{counts.without_salt} of them lost their salt with an erased person: their place and the roots over "
                "them were checked, their leaves can't be made again."
            )
        return total, len(checks)

    def _run(self, name: str, findings: Iterable[str]) -> int:
        """Print a check's findings as they come; returns how many there were."""
        count = 0
        for finding in findings:
            count += 1
            self.stdout.write(self.style.ERROR(f"  {finding}"))
        self.stdout.write(f"{name}: {count or 'no'} finding(s)")
        return count
