"""`manage.py write_api_schema`: write guildhub/openapi.json anew, from the endpoints."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from guildhub.views.api_docs import SCHEMA


class Command(BaseCommand):
    help = "Write guildhub/openapi.json from the endpoints; needs the packages of development."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        from core.api.schema import document_text

        SCHEMA.write_text(document_text(), encoding="utf-8")
        self.stdout.write("guildhub/openapi.json is written.")
