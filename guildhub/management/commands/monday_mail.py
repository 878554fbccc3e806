"""Look at a steward's Monday mail as it would be now; nothing is sent."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management.commands._people import find_subject
from guildhub.monday.digest import compose, stewards


class Command(BaseCommand):
    """`manage.py monday_mail STEWARD`: a preview."""

    help = "Print the Monday mail that a steward would get now. Sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and in which form."""
        parser.add_argument("steward", help="e-mail address, handle or subject id")
        parser.add_argument("--html", action="store_true", help="the HTML part instead of the text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compose and print."""
        now = timezone.now()
        found = stewards(now, [find_subject(options["steward"])])
        if not found:
            raise CommandError("This person is no steward, so they get no Monday mail.")
        message = compose(found[0], now=now)
        body = str(message.alternatives[0][0]) if options["html"] else str(message.body)
        self.stdout.write(f"{message.subject}\n\n{body}")
