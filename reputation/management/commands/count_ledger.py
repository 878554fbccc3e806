"""Count the ledger by weeks now, or anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reputation.models import LedgerCount
from reputation.services import count_weeks, count_weeks_anew


class Command(BaseCommand):
    """`manage.py count_ledger`: what the scheduler does every 30 seconds; `--anew` counts from the first transfer on."""

    help = "Count the transfers of the ledger by guild and week, for the pages that show them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to begin at the beginning."""
        parser.add_argument(
            "--anew", action="store_true", help="throw the counts away first (after verify_ledger found some wrong)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and say how far."""
        if options["anew"]:
            count_weeks_anew()
        else:
            count_weeks()
        self.stdout.write(f"Counted up to number {LedgerCount.objects.get().counted}.")
