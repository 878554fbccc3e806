"""The benchmark's database: made once per schema and size, kept, and copied for each run so that no run wears it out."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2

from guildhub import embedded
from guildhub.embedded.servers import APP, OWNER

SEED = 20260101
_PREFIX = "bench_web_"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Size:
    """How big the world is."""

    people: int = 10_000
    contributions: int = 100_000
    guilds: int = 50
    problems: int = 2_000
    projects: int = 600


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


def database_of_run(size: Size) -> str:
    """Make the world unless it stands already, drop those of other schemas, and return a fresh copy's name."""
    kept, run = f"{_PREFIX}{_key(size)}", f"{_PREFIX}run"
    with superuser("postgres") as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [_PREFIX.replace("_", r"\_") + "%"])
        names = {row[0] for row in cursor.fetchall()}
        for name in names - {kept}:
            _drop(cursor, name)
    if kept not in names:
        _make(kept, size)
    with superuser("postgres") as cursor:
        cursor.execute(f'CREATE DATABASE "{run}" TEMPLATE "{kept}" STRATEGY FILE_COPY')
        cursor.execute(f'ALTER DATABASE "{run}" SET synchronous_commit = off')
        cursor.execute(f'REVOKE ALL ON DATABASE "{run}" FROM PUBLIC')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{run}" TO {OWNER}, {APP}')
    return run


def drop(name: str) -> None:
    """Drop a run's copy, whoever is still connected to it."""
    with superuser("postgres") as cursor:
        _drop(cursor, name)


def _make(name: str, size: Size) -> None:
    from django.core.management import call_command
    from django.db import connection

    unfinished = f"{name}_unfinished"
    with superuser("postgres") as cursor:
        _drop(cursor, unfinished)
    embedded.prepare_database(embedded.connect().superuser_database_url, unfinished)
    connection.close()
    usual, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], unfinished
    try:
        _say("Migrating the benchmark's database.")
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        with superuser(unfinished) as cursor:
            cursor.execute("SET synchronous_commit = off")
            fill(cursor, size)
            _say("Looking over the ledger.")
            call_command("verify_ledger", verbosity=0)
            cursor.execute("VACUUM ANALYZE")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    with superuser("postgres") as cursor:
        cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


def fill(cursor: Any, size: Size) -> None:
    """The whole world from one seed. No events, hence no public log: no page of the benchmark reads them."""
    from benchmarks.dice import Dice, start_of
    from benchmarks.ground import make_ground
    from benchmarks.people import make_people
    from benchmarks.work import make_work

    dice, now = Dice(SEED), start_of(datetime.now(UTC))
    _say(f"Making {size.people:,} people with {size.contributions:,} contributions (once per schema).")
    people = make_people(cursor, dice, people=size.people, guilds=size.guilds, now=now)
    projects = make_ground(cursor, dice, people, problems=size.problems, projects=size.projects, now=now)
    make_work(
        cursor, dice, people, projects, contributions=size.contributions, now=now,
        progress=lambda done: _bar(done, size.contributions),
    )  # fmt: skip


def _key(size: Size) -> str:
    """Changes with the schema, the generator and the size; once a week too, because pages speak of this week."""
    from django.apps import apps

    digest = hashlib.sha256(repr((size, SEED, datetime.now(UTC).isocalendar()[:2])).encode())
    migrations = [p for app in apps.get_app_configs() for p in Path(app.path).glob("migrations/**/*.*")]
    own = [p for p in HERE.glob("*.py") if re.match(r"rows|dice|people|ground|work|database", p.name)]
    for path in sorted({*migrations, *own}):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _bar(done: int, of: int) -> None:
    filled = done * 40 // of
    end = "\n" if done >= of else ""
    print(f"\r[{'#' * filled}{'.' * (40 - filled)}] {done:,} of {of:,}", end=end, file=sys.stderr, flush=True)
