"""`manage.py prepare`: everything between starting the servers and starting the web."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from core import static_files
from guilds.models import Guild


class Command(BaseCommand):
    """Migrations, static files for a real guild, and the demo guild the first time. Safe to run twice."""

    help = "Bring the database up to date, collect static files, and load the demo guild the first time."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        if not settings.DEBUG:
            self._collect_static()
        if settings.DEMO and not Guild.objects.exists():
            self.stdout.write("Loading the demo guild; this happens the first time only.")
            self.stdout.flush()
            call_command("load_demo", stdout=self.stdout)

    def _collect_static(self) -> None:
        """Collect and compress static files, unless they are those of the last time: it takes seconds."""
        mark = Path(settings.STATIC_ROOT) / ".collected"
        fingerprint = _static_fingerprint()
        if mark.exists() and mark.read_text() == fingerprint:
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        mark.write_text(fingerprint)


def _static_fingerprint() -> str:
    """Changes whenever a static file of the checkout or of a package does, or what we make of it."""
    found = hashlib.sha256(Path(static_files.__file__).read_bytes())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            found.update(f"{name}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    return found.hexdigest()
