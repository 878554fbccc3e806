"""Look at a restored database beside the guild's own: counts, root, ledger and log; prints one line of JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from guildhub.backups.forgetting import erase_again, read_forget_file
from guildhub.backups.making import count_rows
from guildhub.checks import Result, prove


class Command(BaseCommand):
    """`backup` and `restore` call this in a process of its own, as the app's login."""

    help = "Prove a restored database: row counts, log root, ledger and log. `backup` and `restore` call it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The database, its manifest, and who is to be erased again."""
        parser.add_argument("database", help="name of the restored database, on this guild's server")
        parser.add_argument("--manifest", type=Path, required=True, help="the .json beside the dump")
        parser.add_argument("--forget-file", type=Path, help="people erased since, to be erased here, too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at everything; the exit code is 0 whatever is found, because the findings are the answer."""
        connection.close()
        connection.settings_dict["NAME"] = options["database"]
        manifest = json.loads(options["manifest"].read_text(encoding="utf-8"))
        result = Result()
        _compare(manifest, result)
        _prove(result)
        erased = 0
        if options["forget_file"]:
            erased = erase_again(read_forget_file(options["forget_file"]), now=timezone.now())
            if erased:
                _prove(result)
        self.stdout.write(json.dumps({"findings": result.findings, "first": result.first, "erased": erased}))


def _prove(result: Result) -> None:
    for kind in ("ledger", "log"):
        found = prove(kind)
        result.findings += found.findings
        result.first += found.first


def _compare(manifest: dict[str, Any], result: Result) -> None:
    """What the manifest says was there when the dump was made is there now."""
    with connection.cursor() as cursor:
        counts = count_rows(cursor.cursor)
        cursor.execute("SELECT size, encode(root_hash, 'hex') FROM core_logroot ORDER BY size DESC LIMIT 1")
        size, root = cursor.fetchone() or (0, "")
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        migrations = [row[0] for row in cursor.fetchall()]
    for table in sorted(manifest["tables"].keys() | counts.keys()):
        if manifest["tables"].get(table) != counts.get(table):
            result.add(f"{table} has {counts.get(table, 'no')} rows, and had {manifest['tables'].get(table, 'no')}")
    if {"size": size, "root": root} != manifest["log"]:
        result.add(f"the public log ends at {size} with {root[:16]}, and ended at {manifest['log']['size']}")
    if migrations != manifest["migrations"]:
        result.add("the migrations are not those of the dump")
