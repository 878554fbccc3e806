"""Joining the embedded servers: who starts them, who stops them, and the logins they offer."""

from __future__ import annotations

import atexit
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from guildhub.embedded import postgres, redis
from guildhub.embedded.keeper import stop_servers
from guildhub.embedded.places import Places
from guildhub.embedded.users import Users, open_private

DATABASE = "guildhub"
SUPERUSER, OWNER, APP = "postgres", "guildhub_owner", "guildhub_app"


@dataclass(frozen=True)
class Servers:
    """Addresses of the running servers: three database logins (see docs/database-logins.md) and Redis."""

    database_url: str
    migrate_database_url: str
    superuser_database_url: str
    redis_url: str
    secret_key: str
    state: Path


_users: Users | None = None


def connect() -> Servers:
    """Start the servers or join them, and stay a user of them until this process ends.

    Safe to call from many processes at once and many times in one. Raises EmbeddedServerError.
    """
    global _users
    places = Places.of_this_checkout()
    if _users is None or _users.state != places.state:
        _users = Users(places.state)
        atexit.register(_leave, os.getpid())
    with _users.alone():
        keys = _keys(places)
        _users.join()
        _bring_up(places, keys)
    return _servers(places, keys)


def restart_dead_servers() -> list[str]:
    """Bring back what was killed; returns the names of the servers that had to be restarted."""
    places = Places.of_this_checkout()
    with Users(places.state).alone():
        return _bring_up(places, _keys(places))


def check_room() -> None:
    """Raise EmbeddedServerError when so little room is left that PostgreSQL will soon have to stop."""
    Places.of_this_checkout().check_room(postgres.ROOM_TO_START)


def stop_if_unused() -> bool:
    """Leave the servers, and stop them if no other process uses them; returns whether they were stopped."""
    if _users is None:
        return False
    places = Places.of_this_checkout()
    return _users.leave(lambda: stop_servers(places))


def programs() -> Path:
    """The folder with PostgreSQL's programs, pg_dump and pg_restore among them."""
    return Places.of_this_checkout().programs


def prepare_database(superuser_url: str, name: str) -> None:
    """Make an empty database for the owner's migrations, in which the app login gets its rights by default."""
    with _superuser(superuser_url) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(
                f"CREATE DATABASE \"{name}\" OWNER {OWNER} ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
            )
    with _superuser(superuser_url, name) as cursor:
        cursor.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {OWNER}, {APP}')
        cursor.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
        for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            cursor.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT {rights} TO {APP}")
        cursor.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")


def _bring_up(places: Places, keys: dict[str, str]) -> list[str]:
    started = []
    if not postgres.is_up(places):
        postgres.start(places, keys["superuser"])
        started.append("PostgreSQL")
    if not redis.is_up(places, keys["redis"]):
        redis.start(places, keys["redis"])
        started.append("Redis")
    # Another name whenever the bootstrap learns something, so that older states are brought along.
    ready = places.state / "bootstrapped-2"
    if not ready.exists():
        _bootstrap(places, keys)
        ready.touch(mode=0o600)
    return started


def _bootstrap(places: Places, keys: dict[str, str]) -> None:
    """Make the two logins and the database. Roles are made here and never in a migration."""
    url = _servers(places, keys).superuser_database_url
    with _superuser(url) as cursor:
        for role, key in ((OWNER, "owner"), (APP, "app")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            # The owner makes the scratch databases in which backups are proved.
            may = "CREATEDB" if role == OWNER else "NOCREATEDB"
            cursor.execute(f"{verb} ROLE {role} LOGIN {may} PASSWORD %s", [keys[key]])
    prepare_database(url, DATABASE)


@contextmanager
def _superuser(url: str, name: str = "postgres") -> Iterator[psycopg2.extensions.cursor]:
    connection = psycopg2.connect(url, dbname=name)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _leave(process: int) -> None:
    if os.getpid() == process:
        stop_if_unused()


def _keys(places: Places) -> dict[str, str]:
    """Random passwords, made once and kept readable by this user alone."""
    if places.secrets.exists():
        found: dict[str, str] = json.loads(places.secrets.read_text())
        return found
    names = ("superuser", "owner", "app", "redis", "secret_key")
    keys = {name: secrets.token_urlsafe(36) for name in names}
    fresh = places.secrets.with_suffix(".tmp")
    with open_private(fresh) as file:
        file.truncate()
        json.dump(keys, file)
    fresh.rename(places.secrets)
    return keys


def _servers(places: Places, keys: dict[str, str]) -> Servers:
    host = quote(str(places.sockets))

    def url(user: str, password: str) -> str:
        # The socket's directory as an option: readers of URLs fold the case of a host.
        return f"postgresql://{user}:{password}@/{DATABASE}?host={host}"

    return Servers(
        database_url=url(APP, keys["app"]),
        migrate_database_url=url(OWNER, keys["owner"]),
        superuser_database_url=url(SUPERUSER, keys["superuser"]),
        redis_url=redis.address(places, keys["redis"]),
        secret_key=keys["secret_key"],
        state=places.state,
    )
