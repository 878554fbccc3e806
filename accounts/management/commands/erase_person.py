"""Forget a person for good; sums and hashes stay."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management.commands._people import find_subject
from accounts.services import erase_person


class Command(BaseCommand):
    help = "Erase a person: login, profile, words, evidence. Their random id, sums and hashes stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", help="e-mail address, handle or subject id")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        subject_id = find_subject(options["person"])
        if not options["yes"]:
            answer = input(f"Erase {options['person']} for good? This can't be undone. Type 'erase': ")
            if answer.strip() != "erase":
                raise CommandError("Nothing was erased.")
        ids = erase_person(subject_id=subject_id, by=None, now=timezone.now())
        self.stdout.write(f"Erased. {len(ids)} random id(s) stay in the ledger and the log: {ids[0]}")
