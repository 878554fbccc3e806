"""Deliver what is due here and now, where no worker runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.deliveries import BATCHES_PER_RUN, consumers_with_due_events, deliver_until_empty


class Command(BaseCommand):
    """`manage.py sweep`: what the worker does every few seconds, in this process."""

    help = "Deliver every due event in this process, consumer by consumer. Safe beside a running worker."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go round until nothing is due; what fails waits for its next attempt and is not waited for."""
        now = timezone.now()
        while consumers := consumers_with_due_events(now=now):
            seen = 0
            for consumer in consumers:
                found = deliver_until_empty(consumer, now=now, batches=BATCHES_PER_RUN)
                seen += found
                self.stdout.write(f"{consumer}: {found} event(s)")
            if not seen:  # another worker holds what is left
                break
