"""`migrate` as Django has it, under the owner's login."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from core.database_logins import as_owner


class Command(Migrate):
    """The app's login owns nothing, so it can't migrate; this runs as MIGRATE_DATABASE_URL says."""

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
            super().handle(*args, **options)
