"""PostgreSQL's own programs and the owner's login: how a backup talks to the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2.extensions import make_dsn

from guildhub.backups.errors import BackupError


def owner_login() -> dict[str, Any]:
    """The owner's login as libpq names its parts, without a database. Raises BackupError where it isn't known."""
    login = settings.OWNER_DATABASE_LOGIN
    if not login:
        raise BackupError(
            "MIGRATE_DATABASE_URL is not set here. Backups and restores log in as the owner of the tables; the web and the "
            "worker do not know that login. Run this where it is set (the scheduler's container, in docker-compose.yml)."
        )
    plain = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if isinstance(value, str)}
    return options | {libpq: login[django] for libpq, django in plain.items() if login[django]}


def database_name() -> str:
    """The database of this guild."""
    return str(connection.settings_dict["NAME"])


@contextmanager
def owner_connection(name: str | None = None, *, autocommit: bool = True) -> Iterator[Any]:
    """A connection as the owner, beside Django's; to this guild's database unless another is named."""
    try:
        other = psycopg2.connect(make_dsn(dbname=name or database_name(), **owner_login()))
    except psycopg2.OperationalError as error:
        raise BackupError(f"The database does not let the owner in: {_first_line(str(error))}") from error
    other.autocommit = autocommit
    try:
        yield other
    finally:
        other.close()


def run(program: str, *arguments: str, database: str) -> None:
    """Run pg_dump or pg_restore against a database; raises BackupError with what it complained of."""
    login = owner_login()
    password = login.pop("password", "")
    words = [str(find_program(program)), "--no-password", f"--dbname={make_dsn(dbname=database, **login)}", *arguments]
    # Not in the arguments, where every user of the machine could read it.
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "PGPASSWORD": password}
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(_complaint(program, done.stderr))


def find_program(name: str) -> Path:
    """The program of that name: in PG_PROGRAMS, with the embedded servers, or on the PATH."""
    if settings.PG_PROGRAMS:
        found = Path(settings.PG_PROGRAMS) / name
        if not found.is_file():
            raise BackupError(f"PG_PROGRAMS={settings.PG_PROGRAMS} has no {name}.")
        return found
    if settings.EMBEDDED:
        from guildhub.embedded import programs

        return programs() / name
    on_path = shutil.which(name)
    if on_path is None:
        raise BackupError(
            f"{name} is not installed here. Install PostgreSQL's client programs (on Debian: postgresql-client), "
            "or set PG_PROGRAMS to the folder they lie in."
        )
    return Path(on_path)


def program_version(name: str) -> int:
    """The major version of a program."""
    printed = subprocess.run(
        [str(find_program(name)), "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"(\d+)(?:\.\d+|\w)", printed)
    if not found:
        raise BackupError(f"{find_program(name)} does not say which version it is.")
    return int(found[1])


def check_versions(program: str, server: int) -> None:
    """Refuse a program older than the server (its major version), in words that say what to install."""
    own = program_version(program)
    if own < server:
        raise BackupError(
            f"{find_program(program)} is of PostgreSQL {own} and the server of {server}. It can't read a newer server: "
            f"install the client programs of {server}, and set PG_PROGRAMS to the folder they lie in."
        )


def server_version(cursor: Any) -> int:
    """The server's major version."""
    cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
    return int(cursor.fetchone()[0])


def _complaint(program: str, said: str) -> str:
    lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines() or ["no reason given"]
    if "No space left on device" in said:
        return f"The disk is full, so {program} stopped. Free some space and try again; nothing half-made was kept."
    return f"{program} failed: {lines[0][:400]}"


def _first_line(said: str) -> str:
    return said.strip().splitlines()[0] if said.strip() else "no reason given"
