"""Compare the boards with the ledger, and make them anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contributions.queries.boards import board_differences
from contributions.services.boards import keep_scores, make_steps
from guilds.models import Guild


class Command(BaseCommand):
    """`manage.py check_boards`: exit code 1 with a line per difference; `--repair` computes those guilds anew."""

    help = "Check every board against the ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to put right what differs."""
        parser.add_argument("--repair", action="store_true", help="compute the boards that differ anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Guild by guild."""
        now, wrong = timezone.now(), 0
        for guild in Guild.objects.filter(has_boards=True).order_by("slug"):
            found = list(board_differences(guild, now))
            for sentence in found:
                self.stdout.write(sentence)
            wrong += len(found)
            if found and options["repair"]:
                keep_scores(guild=guild, people=None, now=now)
                make_steps(now=now)
                self.stdout.write(f"{guild.slug}: computed anew.")
        if wrong and not options["repair"]:
            raise CommandError(f"{wrong} difference(s). --repair computes those boards anew.", returncode=1)
        self.stdout.write("The boards say what the ledger says." if not wrong else "Repaired.")
