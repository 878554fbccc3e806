"""Making a backup: one snapshot dumped and described, restored into a scratch database, proved there, recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from psycopg2 import sql

from guildhub.backups import archive, databases, programs, rules
from guildhub.backups.archive import Archive
from guildhub.backups.errors import BackupError
from guildhub.backups.proving import Proof, check_database
from guildhub.models import BackupRun

logger = logging.getLogger(__name__)

_LOCK = "guildhub.backup"


@dataclass(frozen=True)
class Outcome:
    """What became of a backup: its row, and its files when there are any."""

    run: BackupRun
    archive: Archive | None


def back_up(*, now: datetime, folder: Path | None = None, say: Callable[[str], None] = lambda words: None) -> Outcome:
    """Make a backup, prove it, let old ones go, and record how it went; one at a time, wherever it is called.

    Raises BackupError when nothing could be made. A backup that was made but not proved is recorded with its findings,
    and stays on disk: it may be the best there is.
    """
    folder = folder or Path(settings.BACKUP_DIR)
    with _alone():
        run = BackupRun.objects.create(started_at=now)
        try:
            archive.prepare_folder(folder)
            databases.drop_leftovers(programs.database_name())
            made = _dump(archive.archive_path(folder, now), now)
            say(f"{made.path}: {made.manifest['bytes']} bytes, {sum(made.manifest['tables'].values())} rows")
            proof = _prove(made)
        except BackupError as error:
            _record(run, error=error.message)
            raise
        except BaseException as error:  # also the end of the job's time: the row must not stay open
            _record(run, error=f"It was interrupted ({type(error).__name__}).")
            raise
        proved = _record_proof(made, proof)
        _record(run, made=proved, proof=proof)
        _let_go(folder, now)
    return Outcome(run, proved)


@contextmanager
def _alone() -> Iterator[None]:
    """One backup at a time on one database, whichever machine it was started on."""
    with programs.owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        if not cursor.fetchone()[0]:
            raise BackupError("Another backup is being made at this moment. Wait for it to end.")
        yield


def _dump(path: Path, now: datetime) -> Archive:
    """Dump one snapshot and describe that very snapshot, whatever is written meanwhile."""
    if path.exists():
        raise BackupError(f"{path} is there already. Two backups in one second are one too many.")
    with programs.owner_connection(autocommit=False) as owner, owner.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        manifest = _describe(cursor, now)
        programs.check_versions("pg_dump", manifest["server_version"])
        with archive.written_whole(path) as fresh:
            programs.run(
                "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={fresh}",
                database=programs.database_name(),
            )  # fmt: skip
    digest, size = archive.sha256_of(path)
    made = Archive(path, manifest | {"sha256": digest, "bytes": size})
    archive.write_manifest(made)
    return made


def _describe(cursor: Any, now: datetime) -> dict[str, Any]:
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    migrations = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT size, encode(root_hash, 'hex') FROM core_logroot ORDER BY size DESC LIMIT 1")
    size, root = cursor.fetchone() or (0, "")
    cursor.execute("SELECT current_user, pg_database_size(current_database())")
    owner, database_bytes = cursor.fetchone()
    return {
        "format": archive.FORMAT,
        "made_at": now.astimezone(UTC).isoformat(),
        "server_version": programs.server_version(cursor),
        "program_version": programs.program_version("pg_dump"),
        "owner_role": owner,
        "app_role": settings.APP_DATABASE_ROLE,
        "database_bytes": database_bytes,
        "migrations": migrations,
        "tables": count_rows(cursor),
        "log": {"size": size, "root": root},
    }


def count_rows(cursor: Any) -> dict[str, int]:
    """How many rows each table has."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
    )
    counts = {}
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        counts[table] = cursor.fetchone()[0]
    return counts


def _prove(made: Archive) -> Proof:
    """Restore into a scratch database, look at everything there, and drop it."""
    scratch = databases.scratch_name(programs.database_name(), "check")
    try:
        databases.create(scratch)
    except BackupError as error:
        return Proof(findings=1, first=[error.message])
    try:
        load(made, scratch)
        return check_database(scratch, made)
    except BackupError as error:
        return Proof(findings=1, first=[error.message])
    finally:
        databases.drop(scratch)


def load(made: Archive, name: str) -> None:
    """Read a dump into an empty database. Whose a table is follows from who reads; rights are those of the dump."""
    programs.run(
        "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(made.path), database=name
    )  # fmt: skip


def _record_proof(made: Archive, proof: Proof) -> Archive:
    verified = None if proof.findings else timezone.now().astimezone(UTC).isoformat()
    proved = Archive(made.path, made.manifest | {"verified_at": verified, "findings": proof.first})
    archive.write_manifest(proved)
    return proved


def _record(run: BackupRun, *, made: Archive | None = None, proof: Proof | None = None, error: str = "") -> None:
    run.finished_at = max(timezone.now(), run.started_at)  # a clock may have been put back meanwhile
    run.error = error[:2000]
    if made is not None and proof is not None:
        run.file_name = made.path.name
        run.bytes = made.manifest["bytes"]
        run.sha256 = made.manifest["sha256"]
        run.findings = proof.findings
        run.first_findings = "\n".join(proof.first)
        run.verified_at = run.finished_at if proof.findings == 0 else None
    run.save()


def _let_go(folder: Path, now: datetime) -> None:
    """Remove the backups that the rule does not keep; those that were never proved leave after as many days."""
    retention = rules.Retention(*settings.BACKUP_KEEP)
    found = archive.archives_in(folder)
    stays = rules.kept([one.made_at for one in found if one.is_verified], retention)
    for one in found:
        is_young = now - one.made_at < timedelta(days=retention.daily)
        if one.made_at not in stays and (one.is_verified or not is_young):
            one.remove()
            logger.info("Backup %s is older than the rule keeps and was removed.", one.path.name)
