"""Putting a backup back: into a new or empty database, or beside the old one, which is kept under another name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from guildhub.backups import databases, programs
from guildhub.backups.archive import Archive
from guildhub.backups.errors import BackupError
from guildhub.backups.forgetting import forget_file, read_forget_file
from guildhub.backups.making import load
from guildhub.backups.proving import Proof, check_database


@dataclass(frozen=True)
class Restored:
    """Where the backup is now, what was found there, and the name under which a database that was there is kept."""

    database: str
    proof: Proof
    kept_as: str = ""


def restore(
    path: Path,
    *,
    into: str | None = None,
    replace: bool = False,
    forget: Path | None = None,
    say: Callable[[str], None] = lambda words: None,
) -> Restored:
    """Restore a backup and prove it; `into` None means this guild's own database.

    A database that holds anything is refused, unless `replace`: then the backup is restored beside it and proved, and the
    two change names, so that nothing is lost if the wrong one was chosen. People in `forget` (default: the list beside
    the backups) are erased before anybody sees the result. Raises BackupError; what was there is then untouched.
    """
    name = into or programs.database_name()
    made = Archive.read(path)
    made.check_whole()
    people = forget or (forget_file() if forget_file().exists() else None)
    if people is not None:
        read_forget_file(people)
    _check_server(made)
    if not databases.exists(name):
        databases.create(name)
        is_full = False
    else:
        is_full = not databases.is_empty(name)
    if is_full and not replace:
        raise BackupError(
            f"The database {name} is not empty. With --replace it is kept under another name and the backup takes its place; "
            "--database restores into another one."
        )
    target = databases.scratch_name(name, "restoring") if is_full else name
    if is_full:
        databases.create(target)
    say(f"Restoring {path.name} into {target}.")
    try:
        load(made, target)
        say("Looking at every row count, the ledger and the log.")
        proof = check_database(target, made, forget_file=people)
        kept_as = databases.swap(name, target) if is_full else ""
    except BaseException:
        if is_full:
            databases.drop(target)
        raise
    return Restored(name, proof, kept_as)


def _check_server(made: Archive) -> None:
    with programs.owner_connection(databases.MAINTENANCE) as owner, owner.cursor() as cursor:
        version = programs.server_version(cursor)
        databases.check_app_role(cursor, made.manifest["app_role"])
    if version < made.manifest["server_version"]:
        raise BackupError(
            f"The backup was made by PostgreSQL {made.manifest['server_version']} and this server is {version}. "
            "Restore into the same version or a newer one."
        )
    programs.check_versions("pg_restore", made.manifest["program_version"])
