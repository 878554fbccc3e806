"""`manage.py load_demo`: the demo guild, once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from core.database_logins import as_owner
from core.errors import DomainError
from guildhub.demo.load import load_demo


class Command(BaseCommand):
    """Load the demo guild with its half year of history; the second time there is nothing to do."""

    help = "Load the demo guild: invented people at half a year of work, and a real project's history beside them."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo guild is for the embedded servers on your own machine, where anybody may sign in as its "
                "people with one click. This guildhub has a database of its own, so nothing was loaded."
            )
        try:
            loaded = load_demo(now=timezone.now(), say=self._say)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if loaded is None:
            self.stdout.write("The demo guild is loaded already; nothing was changed.")
            return
        _count_rows()
        self.stdout.write(
            f"The demo guild is ready: {loaded.people} people and {loaded.contributions} pieces of work "
            f"({loaded.seconds:.0f} s)."
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _count_rows() -> None:
    """Let the planner know at once what the tables hold now: for a minute it would think them empty, and slow pages."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
