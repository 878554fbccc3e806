"""Everything guildhub holds about a person, as JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from accounts.management.commands._people import find_subject
from accounts.services import export_person


class Command(BaseCommand):
    help = "Print everything held about a person as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="e-mail address, handle or subject id")

    def handle(self, *args: Any, **options: Any) -> None:
        found = export_person(subject_id=find_subject(options["person"]))
        self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
