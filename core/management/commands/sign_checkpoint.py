"""Sign the public log now, without waiting for the hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.checkpoints import SigningRefused, publish_checkpoint
from core.log_keys import KeyRing, KeyTrouble


class Command(BaseCommand):
    """`manage.py sign_checkpoint`: prints the checkpoint, or says that nothing is new."""

    help = "Sign the latest root of the public log. Run it where the signing key is known."

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign, and print what was signed."""
        try:
            made = publish_checkpoint(now=timezone.now(), ring=KeyRing.from_settings(), at_once=True)
        except (KeyTrouble, SigningRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(made.note if made else "Nothing is new since the last checkpoint.")
