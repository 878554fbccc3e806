"""Prove the public log: order, leaves, roots, and that nothing that happened is missing from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.log_integrity import LogCounts, walk_log
from core.registries import integrity_checks


class Command(BaseCommand):
    """`manage.py verify_log`: exit code 0 when the log holds, 1 with a line per finding when it does not."""

    help = "Check every leaf, place and root of the public log; names each row that fails. Safe beside a running guild."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the checks one after the other."""
        counts = LogCounts()
        checks: dict[str, Iterable[str]] = {"every entry follows, every leaf and root is right": walk_log(counts)}
        checks |= {name: check() for name, check in integrity_checks("log").items()}
        total = sum(self._run(name, findings) for name, findings in checks.items())
        self.stdout.write(f"{counts.entries} entries under {counts.roots} roots.")
        if counts.without_salt:
            self.stdout.write(
                f"{counts.without_salt} of them lost their salt with an erased person: their place and the roots over "
                "them were checked, their leaves can't be made again."
            )
        if total:
            raise CommandError(f"{total} finding(s). The log does not hold.", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"The log holds: {len(checks)} checks, no finding."))

    def _run(self, name: str, findings: Iterable[str]) -> int:
        """Print a check's findings as they come; returns how many there were."""
        count = 0
        for finding in findings:
            count += 1
            self.stdout.write(self.style.ERROR(f"  {finding}"))
        self.stdout.write(f"{name}: {count or 'no'} finding(s)")
        return count
