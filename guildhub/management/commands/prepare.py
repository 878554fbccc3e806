"""`manage.py prepare`: everything between starting the servers and starting the web."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

DEMO_MARK = "demo-loaded"


class Command(BaseCommand):
    """Migrations, static files for a real guild, and the demo guild the first time. Safe to run twice."""

    help = "Bring the database up to date, collect static files, and load the demo guild the first time."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        mark = Path(settings.STATE_DIR) / DEMO_MARK
        if settings.DEMO and not mark.exists() and "load_demo" in get_commands():
            self.stdout.write("Loading the demo guild; this happens the first time only.")
            call_command("load_demo")
            mark.touch(mode=0o600)
