"""Let a new key sign the public log."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.checkpoints import SigningRefused, rotate_key
from core.log_keys import KeyRing, KeyTrouble
from core.models import LogKey


class Command(BaseCommand):
    """`manage.py rotate_log_key`: the old key signs the new one's statement, unless it is lost or leaked."""

    help = "Introduce a new signing key of the public log. Run it where the signing key is known; docs/public-log.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Why there is a new key."""
        reasons = [value for value in LogKey.Reason.values if value != LogKey.Reason.FIRST]
        parser.add_argument("--reason", choices=reasons, default="planned", help="why (default: planned)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and print the statement to be told to others."""
        ring = KeyRing.from_settings()
        try:
            key = rotate_key(reason=options["reason"], now=timezone.now(), ring=ring)
        except (KeyTrouble, SigningRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(key.statement)
        self.stdout.write(self.style.SUCCESS(f"Key {key.number} signs from now on: {key.verifier}"))
        if ring.given:
            self.stdout.write("Take the old key out of LOG_SIGNING_KEY and restart the scheduler.")
        if options["reason"] != "planned":
            self.stdout.write(
                "Tell people who check this log, on another way than this hub: they can't know otherwise."
            )
