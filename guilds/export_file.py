"""A guild in one file: a zip of JSON lines, a table a file, with a README that says what is in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from core.registries import GuildTable, guild_tables
from core.text import one_line, plain_words
from guilds.models import Guild

_HEAD = """# {name}

Everything of this guild on {hub}, as of {moment}. {kind}

Each file holds one JSON object a line (UTF-8). Times are in UTC, lengths in minutes, ids are random. Texts are as people wrote
them, in Markdown, without invisible characters.

| file | lines | what |
|---|---|---|
"""
_NAMED = "This export names people: keep it as you would keep their letters, and delete it when you need it no more."
_PUBLIC = "This export names nobody: people, their hours and their words to reviewers are left out."


def write_export(guild: Guild, out: IO[bytes], *, has_names: bool, now: datetime) -> int:
    """Write the archive of a guild to `out`; returns how many lines it holds."""
    listed = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in guild_tables():
            if has_names or not table.is_personal:
                lines = _write(archive, table, table.rows(guild.pk, has_names))
                listed.append(f"| `{table.name}.jsonl` | {lines} | {table.about} |")
        head = _HEAD.format(
            name=one_line(guild.name),
            hub="guildhub",
            moment=now.isoformat(timespec="minutes"),
            kind=_NAMED if has_names else _PUBLIC,
        )
        archive.writestr("README.md", head + "\n".join(listed) + "\n")
    return sum(int(line.split("|")[2]) for line in listed)


def _write(archive: zipfile.ZipFile, table: GuildTable, rows: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
        for row in rows:
            line = json.dumps(dict(row), cls=DjangoJSONEncoder, ensure_ascii=False)
            file.write(plain_words(line).encode())
            file.write(b"\n")
            count += 1
    return count


@contextmanager
def one_moment() -> Iterator[None]:
    """All tables as they were in one moment, where no transaction is open already."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
