"""Prove the ledger: run every integrity check and name each row that fails one."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.registries import integrity_checks
from guilds.models import Guild
from reputation.integrity import CHECKS, findings


class Command(BaseCommand):
    """`manage.py verify_ledger`: exit code 0 when all of it holds, 1 with a line per finding when not."""

    help = "Check the ledger's invariants, hashes and guards; names every row that fails. Safe beside live postings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--guild` narrows the ledger's own checks; those of other apps always look at everything."""
        parser.add_argument(
            "--guild",
            metavar="SLUG",
            help="check one guild's accounts and transfers only",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the checks one after the other, telling of each as it ends."""
        guild_id = None
        if options["guild"]:
            guild_id = Guild.objects.filter(slug=options["guild"]).values_list("pk", flat=True).first()
            if guild_id is None:
                raise CommandError(f"There is no guild with the address “{options['guild']}”.")
        checks: dict[str, Callable[[], Iterable[str]]] = {name: partial(findings, name, guild_id) for name in CHECKS}
        checks |= integrity_checks("ledger")
        total = sum(self._run(n, len(checks), name, check) for n, (name, check) in enumerate(checks.items(), start=1))
        if total:
            raise CommandError(f"{total} finding(s). The ledger does not hold.", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"The ledger holds: {len(checks)} checks, no finding."))

    def _run(self, n: int, of: int, name: str, check: Callable[[], Iterable[str]]) -> int:
        """Run one check; prints its findings as they come and returns how many there were."""
        started, count = time.monotonic(), 0
        self.stdout.write(f"[{n}/{of}] {name} ... ", ending="")
        self.stdout.flush()
        for count, finding in enumerate(check(), start=1):
            if count == 1:
                self.stdout.write("")
            self.stdout.write(self.style.ERROR(f"  {finding}"))
        self.stdout.write(f"{'  ' if count else ''}{count or 'no'} finding(s), {time.monotonic() - started:.1f} s")
        return count
