"""Two logins on one database: the app's, which owns nothing, and the owner's, for migrations and restores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import make_dsn


@contextmanager
def as_owner() -> Iterator[None]:
    """Let the default connection log in as the owner for a while, and as the app again afterwards.

    Another login and not SET ROLE: RESET ROLE in a migration's SQL would undo that in silence.
    Raises ImproperlyConfigured where the owner's login isn't known: the web and the worker have no use for it.
    """
    if not settings.OWNER_DATABASE_LOGIN:
        raise ImproperlyConfigured(
            "MIGRATE_DATABASE_URL is not set here. It is the owner's login, see docs/database-logins.md."
        )
    app_login = {key: connection.settings_dict[key] for key in settings.OWNER_DATABASE_LOGIN}
    connection.close()
    connection.settings_dict.update(settings.OWNER_DATABASE_LOGIN)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(app_login)


def refresh_statistics(*tables: str) -> bool:
    """Let PostgreSQL count tables anew after much was added to them; False where the owner's login isn't known.

    Only a table's owner may. Without it the planner guesses from an empty table until autovacuum comes by, a minute later.
    """
    login = settings.OWNER_DATABASE_LOGIN
    if not login:
        return False
    found = connection.settings_dict
    names = {"user": login["USER"], "password": login["PASSWORD"], "host": login["HOST"], "port": login["PORT"]}
    options = {key: value for key, value in found["OPTIONS"].items() if isinstance(value, str)}
    given = {key: value for key, value in names.items() if value}
    owner = psycopg2.connect(make_dsn(dbname=found["NAME"], **given, **options))
    owner.autocommit = True
    try:
        with owner.cursor() as cursor:
            for table in tables:
                cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    finally:
        owner.close()
    return True
