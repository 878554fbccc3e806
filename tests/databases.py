"""The tests' databases: made as the owner, used as the app, put back by a superuser between tests."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from guildhub import embedded

#: Rows that migrations wrote, as text for COPY, by table.
_born_with: dict[str, str] = {}


@contextmanager
def superuser(name: str) -> Iterator[Any]:
    """A cursor on database `name` that may do everything, each statement for itself."""
    other = psycopg2.connect(embedded.connect().superuser_database_url, dbname=name)
    other.autocommit = True
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


def make(name: str) -> None:
    """Make the database and its tables, and remember the rows that migrations wrote."""
    drop(name)
    embedded.prepare_database(embedded.connect().superuser_database_url, name)
    with superuser("postgres") as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    with superuser(name) as cursor:
        for table in _tables(cursor):
            text = io.StringIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', text)
            if text.getvalue():
                _born_with[table] = text.getvalue()


def drop(name: str) -> None:
    """Drop the database, whoever is still connected to it."""
    connection.close()
    with superuser("postgres") as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def drop_leftovers() -> None:
    """Drop the databases of runs that were killed: their process is gone."""
    with superuser("postgres") as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+_'")
        for (name,) in cursor.fetchall():
            run = re.match(r"test_(\d+)_", name)
            if run and not _is_alive(int(run[1])):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def put_back() -> None:
    """Leave only what migrations wrote, as Django's flush would if the app's login were allowed to.

    Append-only tables refuse DELETE and TRUNCATE by trigger; a superuser in replica mode fires none.
    """
    name = str(connection.settings_dict["NAME"])
    with superuser(name) as cursor:
        cursor.execute("SET session_replication_role = replica; SET lock_timeout = '20s'")
        tables = _tables(cursor)
        full = " UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables)
        cursor.execute(full)
        for (table,) in cursor.fetchall():
            cursor.execute(f'DELETE FROM "{table}"')
        for table, text in _born_with.items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.StringIO(text))
    ContentType.objects.clear_cache()


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relname <> 'django_migrations' ORDER BY relname"
    )
    return [row[0] for row in cursor.fetchall()]


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
