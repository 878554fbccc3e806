"""Two logins on one database: the app's, which owns nothing, and the owner's, for migrations and restores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection


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
