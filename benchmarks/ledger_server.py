"""A PostgreSQL of the ledger's benchmark alone, on memory or on a disk, and pgbench, which runs against it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

TPCB, TPCB_SCALE = "ledger_tpcb", 50
#: What is told of the server: its own defaults, which guildhub leaves as they are. The same for both sides.
TOLD = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers", "max_wal_size",
    "checkpoint_timeout",
)  # fmt: skip


@dataclass(frozen=True)
class Login:
    """One of the server's logins, for pgbench."""

    user: str
    password: str


@dataclass
class Server:
    """The running server."""

    state: Path
    superuser_url: str
    app: Login
    superuser: Login

    @contextmanager
    def cursor(self, name: str, *, as_app: bool = False) -> Iterator[Any]:
        """A cursor on database `name`, each statement for itself."""
        login = self.app if as_app else self.superuser
        other = psycopg2.connect(self.superuser_url, dbname=name, user=login.user, password=login.password)
        other.autocommit = True
        try:
            with other.cursor() as cursor:
                yield cursor
        finally:
            other.close()

    def pgbench(self, name: str, *words: str, login: Login | None = None) -> str:
        """Run pgbench on database `name` and return what it printed."""
        from guildhub import embedded
        from guildhub.embedded.places import Places

        login = login or self.superuser
        sockets = str(Places.of_this_checkout().sockets)
        done = subprocess.run(
            [str(embedded.programs() / "pgbench"), "-h", sockets, "-U", login.user, "-n", *words, name],
            env={"PGPASSWORD": login.password, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"pgbench failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def rate(
        self,
        name: str,
        *,
        clients: int,
        seconds: float,
        scripts: Sequence[Path] = (),
        login: Login | None = None,
        words: Sequence[str] = (),
    ) -> float:
        """Transactions a second of these scripts; without any, of pgbench's own TPC-B-like one."""
        chosen = [word for script in scripts for word in ("-f", str(script))] or ["-b", "tpcb-like"]
        usual = ["-c", str(clients), "-j", str(min(2, clients)), "-T", str(max(1, round(seconds)))]
        printed = self.pgbench(name, *usual, *words, *chosen, login=login)
        found = re.search(r"tps = ([\d.]+) \(without", printed)
        failed = re.search(r"number of failed transactions: (\d+)", printed)
        if found is None or (failed and int(failed[1])):
            raise SystemExit(f"pgbench said:\n{printed}")
        return float(found[1])

    def warm_up(self, seconds: float) -> None:
        """Make the yardstick's tables once, and run it until its pages are in memory."""
        with self.cursor("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TPCB])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {TPCB}")
                say("Making the yardstick's tables.")
                self.pgbench(TPCB, "-i", "-q", "-s", str(TPCB_SCALE))
        self.rate(TPCB, clients=8, seconds=seconds)

    def settings(self) -> dict[str, str]:
        """What both sides run with, as the server says it."""
        with self.cursor("postgres") as cursor:
            cursor.execute("SELECT name, current_setting(name) FROM unnest(%s) AS n (name)", [list(TOLD)])
            return dict(cursor.fetchall())


def home(*, on_disk: bool, name: str) -> Path:
    """Where the server's data lie: on memory, or beside the other embedded servers of root, or in a temporary folder."""
    if not on_disk and Path("/dev/shm").is_dir():
        return Path("/dev/shm") / f"guildhub-{name}-{os.geteuid()}"
    if os.geteuid() == 0:
        return Path(f"/var/lib/guildhub/bench-{name}")
    return Path(tempfile.gettempdir()) / f"guildhub-bench-{name}"


@contextmanager
def serving(*, on_disk: bool, is_kept: bool, name: str = "ledger") -> Iterator[Server]:
    """Start a server in a place of its own, and set Django up on it; afterwards nothing of it stays unless `is_kept`."""
    state = home(on_disk=on_disk, name=name)
    for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "BROKER_URL", "BIND", "PORT", "SECRET_KEY"):
        os.environ.pop(name, None)
    os.environ |= {
        "GUILDHUB_STATE": str(state),
        "GUILDHUB_ENV_FILE": "",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "guildhub.settings",
    }
    from guildhub import embedded

    servers = embedded.connect()
    try:
        import django

        django.setup()
        parts = [psycopg2.extensions.parse_dsn(url) for url in (servers.database_url, servers.superuser_database_url)]
        app, superuser = (Login(part["user"], part["password"]) for part in parts)
        yield Server(state, servers.superuser_database_url, app, superuser)
    finally:
        from django.db import connections

        connections.close_all()
        if embedded.stop_if_unused() and not is_kept:
            shutil.rmtree(state, ignore_errors=True)


def say(text: str) -> None:
    """Tell what is being done, beside the table."""
    print(text, file=sys.stderr, flush=True)
