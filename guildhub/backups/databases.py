"""Databases beside the guild's own: scratch ones for proving a backup, new ones for putting it back."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import psycopg2
from django.conf import settings
from psycopg2 import errors, sql

from guildhub.backups.errors import BackupError
from guildhub.backups.programs import owner_connection

#: Where one stands while databases are made, renamed and dropped.
MAINTENANCE = "postgres"
#: PostgreSQL cuts names after 63 bytes.
_ROOM = 63 - len("_restoring_") - 8
_DROP_TRIES = 20


def scratch_name(name: str, purpose: str) -> str:
    """A name for a database of a moment, which tells whose it is."""
    return f"{name[:_ROOM]}_{purpose}_{secrets.token_hex(4)}"


def exists(name: str) -> bool:
    """Whether there is a database of that name."""
    with owner_connection(MAINTENANCE) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def is_empty(name: str) -> bool:
    """Whether a database holds nothing yet."""
    with owner_connection(name) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
            " AND NOT EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')"
        )
        return bool(cursor.fetchone()[0])


def create(name: str) -> None:
    """Make an empty database, as docs/database-logins.md does, for the owner and the app alone."""
    app = sql.Identifier(settings.APP_DATABASE_ROLE)
    with owner_connection(MAINTENANCE) as owner, owner.cursor() as cursor:
        try:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0").format(
                    sql.Identifier(name)
                )
            )
        except errors.InsufficientPrivilege as error:
            cursor.execute("SELECT current_user")
            raise BackupError(
                "The owner's login may not make databases, and a backup is proved by restoring it into one. As a "
                f"superuser, once: ALTER ROLE {cursor.fetchone()[0]} CREATEDB;"
            ) from error
        except psycopg2.Error as error:
            raise BackupError(f"PostgreSQL could not make a database: {str(error).splitlines()[0]}") from error
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), app))
    with owner_connection(name) as owner, owner.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER SCHEMA public OWNER TO CURRENT_USER"))


def drop(name: str) -> None:
    """Drop a database of a moment; whoever still looks at it is given a few seconds to end."""
    with owner_connection(MAINTENANCE) as owner, owner.cursor() as cursor:
        for _attempt in range(_DROP_TRIES):
            try:
                cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
                return
            except errors.ObjectInUse:
                time.sleep(0.25)
    raise BackupError(f"The scratch database {name} is still in use and was left. Drop it by hand.")


def drop_leftovers(name: str) -> None:
    """Drop the scratch databases of backups that were killed; call it while no other backup runs."""
    pattern = f"^{re.escape(name[:_ROOM])}_check_[0-9a-f]{{8}}$"
    with owner_connection(MAINTENANCE) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname ~ %s AND datdba = current_user::regrole", [pattern]
        )
        left = [row[0] for row in cursor.fetchall()]
    for old in left:
        drop(old)


def check_app_role(cursor: Any, wanted: str) -> None:
    """The rights in a dump are somebody's: that login must be here, and be the one this guild uses."""
    if wanted != settings.APP_DATABASE_ROLE:
        raise BackupError(
            f"The backup gives its rights to the login {wanted}, and this guild's is called "
            f"{settings.APP_DATABASE_ROLE}. Make a login {wanted} and name it in DATABASE_URL."
        )
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [wanted])
    if cursor.fetchone() is None:
        raise BackupError(f"There is no login {wanted} here yet. docs/database-logins.md says how to make it.")


def swap(name: str, fresh: str) -> str:
    """Put `fresh` in the place of `name`, which is kept under another name; returns that name.

    Two renames in one transaction, so there is no moment without a database. Refuses while somebody is connected.
    """
    old = scratch_name(name, "before")
    with owner_connection(MAINTENANCE, autocommit=False) as owner, owner.cursor() as cursor:
        try:
            for before, after in ((name, old), (fresh, name)):
                cursor.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(before), sql.Identifier(after))
                )
            owner.commit()
        except errors.ObjectInUse as error:
            raise BackupError(
                f"Somebody is connected to {name}. Stop web, worker and scheduler first, then restore again."
            ) from error
    return old
