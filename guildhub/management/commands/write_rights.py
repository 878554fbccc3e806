"""`manage.py write_rights`: write docs/rights.md from the apps' tables of rights."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.rights import rights_as_markdown


class Command(BaseCommand):
    help = "Write docs/rights.md, the table of who may do what."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "rights.md"
        path.write_text(rights_as_markdown(), encoding="utf-8")
        self.stdout.write("docs/rights.md is written.")
