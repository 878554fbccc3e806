"""`manage.py prepare`: everything between starting the servers and starting the web."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from guilds.models import Guild


class Command(BaseCommand):
    """Migrations, static files for a real guild, and the demo guild the first time. Safe to run twice."""

    help = "Bring the database up to date, collect static files, and load the demo guild the first time."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO and not Guild.objects.exists():
            self.stdout.write("Loading the demo guild; this happens the first time only.")
            self.stdout.flush()
            call_command("load_demo", stdout=self.stdout)
