"""Migrations run their SQL from files: `NAME.sql` forwards and `NAME.reverse.sql` back, beside the migration.

Without a file for the way back there is none: Django says that the migration can't be reversed.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db.migrations import RunSQL


def run_sql_file(migration_file: str, name: str) -> RunSQL:
    """A RunSQL of `sql/NAME.sql` and its reverse beside `migration_file` (pass `__file__`).

    `:app_role:` in the text becomes the quoted name of the login that web and worker use.
    """
    folder = Path(migration_file).parent / "sql"
    return RunSQL(
        sql=_filled(folder / f"{name}.sql"),
        reverse_sql=_filled(back) if (back := folder / f"{name}.reverse.sql").exists() else None,
    )


def _filled(path: Path) -> str:
    role = settings.APP_DATABASE_ROLE.replace('"', '""')
    return path.read_text(encoding="utf-8").replace(":app_role:", f'"{role}"')
