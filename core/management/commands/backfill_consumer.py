"""Give a consumer everything that happened before it was there."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.deliveries import backfill_consumer
from core.registries import subscriptions


class Command(BaseCommand):
    """`manage.py backfill_consumer NAME`: the worker's next sweep delivers what this queues."""

    help = "Queue every past event of a consumer's kinds for it. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The consumer's name, as `core.registries.subscribe` has it."""
        parser.add_argument("consumer", help="for example core.public_log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue the events, or say which names there are."""
        try:
            added = backfill_consumer(options["consumer"], now=timezone.now())
        except ValueError as error:
            known = ", ".join(sorted(subscription.consumer for subscription in subscriptions()))
            raise CommandError(f"{error} There are: {known}.") from error
        self.stdout.write(f"{added} event(s) queued for {options['consumer']}; the next sweep delivers them.")
