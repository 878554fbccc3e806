"""Look for patterns of approvals now, as the nightly run does."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contributions.services.patterns import findings_of, look_at_guild
from guilds.models import Guild


class Command(BaseCommand):
    """`manage.py check_integrity`: queues what it finds for the stewards; `--dry-run` only prints it."""

    help = "Look at the approvals of the last 90 days for patterns that a steward should see."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One guild, and whether to queue."""
        parser.add_argument("--guild", metavar="SLUG", help="this guild only")
        parser.add_argument("--dry-run", action="store_true", help="print what would be found; queue nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Guild by guild."""
        guilds = Guild.objects.filter(state=Guild.State.OPEN).order_by("slug")
        if options["guild"]:
            guilds = guilds.filter(slug=options["guild"])
            if not guilds:
                raise CommandError(f"There is no open guild with the address “{options['guild']}”.")
        now = timezone.now()
        for guild in guilds:
            if options["dry_run"]:
                for finding in findings_of(guild, now):
                    numbers = ", ".join(f"{name} {value}" for name, value in finding.evidence.items())
                    self.stdout.write(f"{guild.slug}: {finding.kind} ({numbers})")
            else:
                self.stdout.write(f"{guild.slug}: {look_at_guild(guild=guild, now=now)} new")
