"""Backups: taken under load, proved by restoring, refused when damaged, put back with exactly the rights that were there."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Subject, User
from accounts.services import erase_person
from contributions.services import EntryInput, approve_contribution, log_hours
from core.database_logins import as_owner
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.ids import uuid7
from guildhub import operations
from guildhub.backups import BackupError, archives_in, back_up, databases, programs, restore
from guildhub.backups.archive import Archive, archive_path, manifest_of
from guildhub.backups.forgetting import note_erasures, read_forget_file
from guildhub.backups.rules import Retention, is_due, kept
from guildhub.models import BackupRun
from tests import databases as test_databases
from tests.factories import World, make_world

NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AGO = timedelta(days=30)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.BACKUP_DIR = tmp_path / "backups"
    return Path(settings.BACKUP_DIR)


@pytest.fixture
def scratch(django_db_setup: None) -> Iterator[Callable[[], str]]:
    """Names of databases that are dropped after the test."""
    names: list[str] = []

    def name() -> str:
        names.append(f"{programs.database_name()}_of_a_test_{len(names)}")
        return names[-1]

    yield name
    with test_databases.superuser("postgres") as cursor:
        for each in names:
            cursor.execute(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')


def work(world: World, count: int = 1) -> None:
    """Hours logged and approved, delivered as far as it goes."""
    for _ in range(count):
        now = timezone.now()
        done = log_hours(
            by=world.contributor,
            client_id=uuid7(),
            task=world.open_work,
            entries=[EntryInput(now.date(), 1)],
            note="Talked to zqx7",
            now=now,
        ).contribution
        approve_contribution(contribution=done, by=world.reviewer, rubric=4, minutes=1, now=now)
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())


def ask(name: str, sql: str, *, login: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Ask a database something, as the owner unless another login is given."""
    other = psycopg2.connect(dbname=name, **(login or programs.owner_login()))
    try:
        with other.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())
    finally:
        other.close()


def app_login() -> dict[str, Any]:
    found = connection.settings_dict
    return {key.lower(): found[key] for key in ("USER", "PASSWORD", "HOST", "PORT") if found[key]}


# Rules ---------------------------------------------------------------------------------------------------------------


def test_of_each_day_week_and_month_the_newest_stays() -> None:
    nights = [NIGHT - timedelta(days=n) for n in range(500)] + [NIGHT - timedelta(hours=5)]
    stays = kept(nights, Retention(daily=14, weekly=8, monthly=12))
    assert {NIGHT - timedelta(days=n) for n in range(14) if n != 1} <= stays
    assert NIGHT - timedelta(days=1) not in stays, "there is a newer one of that day"
    assert len(stays) <= 14 + 8 + 12
    assert len({(at.year, at.month) for at in stays}) == 12
    assert len({at.isocalendar()[:2] for at in stays if NIGHT - at < timedelta(weeks=8)}) >= 8
    assert kept([NIGHT - timedelta(days=900)], Retention(0, 0, 0)) == {NIGHT - timedelta(days=900)}, (
        "never the last one"
    )
    assert kept([], Retention()) == set()


@pytest.mark.parametrize(
    ("hours_later", "good", "tried", "due"),
    [
        (0, 24, 24, True),  # the hour has come
        (0.1, 0.1, 0.1, False),  # tonight's is made
        (9, 33, 33, True),  # the machine slept through the hour
        (0.5, 24.5, 0.5, False),  # it failed half an hour ago
        (1.5, 25.5, 1.5, True),  # it failed more than an hour ago
        (-1, 23, 23, False),  # the hour is still to come
        (5, None, None, True),  # never yet
    ],
)
def test_a_backup_is_due_once_a_night_and_catches_up(
    hours_later: float, good: float | None, tried: float | None, due: bool
) -> None:
    now = NIGHT + timedelta(hours=hours_later)
    good_at, tried_at = (None if hours is None else now - timedelta(hours=hours) for hours in (good, tried))
    assert is_due(now, hour=2, set_up_at=now - AGO, last_good=good_at, last_tried=tried_at) is due


def test_a_hub_that_was_set_up_just_now_is_left_in_peace() -> None:
    assert not is_due(NIGHT, hour=2, set_up_at=NIGHT - timedelta(minutes=5), last_good=None, last_tried=None)


# Making --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_backup_under_load_restores_and_holds(folder: Path, scratch: Callable[[], str]) -> None:
    under_load(folder, scratch(), writers=3, at_least=4)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_backups_one_after_the_other_under_heavy_load(folder: Path, scratch: Callable[[], str]) -> None:
    for _round in range(2):
        under_load(folder, scratch(), writers=4, at_least=15)


def under_load(folder: Path, target: str, *, writers: int, at_least: int) -> None:
    """Back up while people write; everything that the dump holds fits together."""
    worlds = [make_world() for _ in range(writers)]
    work(worlds[0], 2)
    done, failures, written = threading.Event(), [], [0] * writers

    def write(number: int) -> None:
        try:
            while not done.is_set() or written[number] < at_least:
                work(worlds[number])
                written[number] += 1
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    try:
        while min(written) < 1 and not failures:
            done.wait(0.01)
        outcome = back_up(now=timezone.now())
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert outcome.run.first_findings == "" and outcome.run.verified_at is not None
    assert outcome.archive is not None
    manifest = outcome.archive.manifest
    restored = restore(outcome.archive.path, into=target)
    assert restored.proof.findings == 0
    counts = {table: ask(target, f'SELECT count(*) FROM "{table}"')[0][0] for table in manifest["tables"]}
    assert counts == manifest["tables"]
    now_there = ask(programs.database_name(), "SELECT count(*) FROM core_event")[0][0]
    assert 0 < manifest["tables"]["core_event"] < now_there, "people went on writing"


@pytest.mark.django_db(transaction=True)
def test_what_lies_on_disk_is_whole_private_and_says_what_is_in_it(folder: Path) -> None:
    work(make_world())
    back_up(now=NIGHT)
    assert sorted(path.name for path in folder.iterdir()) == [
        "guildhub-20261123T020000Z.dump", "guildhub-20261123T020000Z.json",
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    made = Archive.read(archive_path(folder, NIGHT))
    made.check_whole()
    said = json.dumps(made.manifest)
    assert made.manifest["server_version"] == 18 and made.manifest["log"]["size"] > 0
    assert "core.0001_initial" in made.manifest["migrations"] and "zqx7" not in said and "@" not in said
    run = BackupRun.objects.get()
    assert (run.file_name, run.bytes, run.sha256) == (made.path.name, made.manifest["bytes"], made.manifest["sha256"])
    assert no_scratch_databases()


def no_scratch_databases() -> bool:
    rows = ask("postgres", "SELECT datname FROM pg_database")
    return not [name for (name,) in rows if name.startswith(f"{programs.database_name()}_check_")]


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_ledger_that_does_not_hold_is_kept_and_not_called_good(folder: Path) -> None:
    work(make_world())
    with test_databases.superuser(programs.database_name()) as cursor:
        cursor.execute(
            "SET session_replication_role = replica; UPDATE reputation_account SET balance = balance + 1"
            " WHERE subject_id IS NOT NULL"
        )
    with pytest.raises(CommandError, match=r"finding\(s\) say it does not hold"):
        call_command("backup", stdout=io.StringIO())
    run = BackupRun.objects.get()
    assert run.findings > 0 and run.verified_at is None and "reputation_account" in run.first_findings
    (made,) = archives_in(folder)
    assert not made.is_verified
    with pytest.raises(CommandError, match="no verified backup"):
        call_command("restore", "latest")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_backup_that_was_killed_leaves_nothing_that_the_next_one_minds(folder: Path) -> None:
    work(make_world())
    folder.mkdir(mode=0o700)
    (folder / "guildhub-20261122T020000Z.dump.part").write_bytes(b"half")
    left = databases.scratch_name(programs.database_name(), "check")
    databases.create(left)
    BackupRun.objects.create(started_at=NIGHT)
    back_up(now=NIGHT + timedelta(days=1))
    assert len(list(folder.iterdir())) == 2
    assert no_scratch_databases()


@pytest.mark.django_db(transaction=True)
def test_only_one_at_a_time(folder: Path) -> None:
    with programs.owner_connection() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('guildhub.backup', 0))")
        with pytest.raises(BackupError, match="Another backup is being made"):
            back_up(now=NIGHT)
    assert not BackupRun.objects.exists()


def fake_programs(tmp_path: Path, words: str) -> Path:
    """A folder with a pg_dump that does something else."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (folder / name).write_text(f"#!/bin/sh\n{words}\n")
        (folder / name).chmod(0o755)
    return folder


FULL = """
case "$1" in --version) echo "pg_dump (PostgreSQL) 18.6"; exit 0;; esac
for part in "$@"; do case "$part" in --file=*) echo half > "${part#--file=}";; esac; done
echo "pg_dump: error: could not write to file: No space left on device" >&2; exit 1
"""


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_said_and_leaves_no_half_file(folder: Path, tmp_path: Path, settings: Any) -> None:
    settings.PG_PROGRAMS = str(fake_programs(tmp_path, FULL))
    with pytest.raises(BackupError, match="The disk is full.*nothing half-made was kept"):
        back_up(now=NIGHT)
    assert list(folder.iterdir()) == []
    assert "The disk is full" in BackupRun.objects.get().error


@pytest.mark.django_db(transaction=True)
def test_programs_that_are_too_old_or_missing_are_named(folder: Path, tmp_path: Path, settings: Any) -> None:
    settings.PG_PROGRAMS = str(fake_programs(tmp_path, 'echo "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"'))
    with pytest.raises(BackupError, match="is of PostgreSQL 15 and the server of 18.*PG_PROGRAMS"):
        back_up(now=NIGHT)
    settings.PG_PROGRAMS = str(tmp_path)
    with pytest.raises(BackupError, match="has no pg_dump"):
        back_up(now=NIGHT + timedelta(hours=2))


@pytest.mark.django_db(transaction=True)
def test_without_the_owners_login_there_are_no_backups(folder: Path, settings: Any) -> None:
    settings.OWNER_DATABASE_LOGIN = {}
    with pytest.raises(BackupError, match="MIGRATE_DATABASE_URL is not set here"):
        back_up(now=NIGHT)
    with pytest.raises(ImproperlyConfigured, match="MIGRATE_DATABASE_URL is not set here"), as_owner():
        pass
    assert operations.back_up_when_due(now=timezone.now() + timedelta(hours=2)) is False, "logged, not raised"


@pytest.mark.django_db(transaction=True)
def test_the_apps_login_makes_no_databases_and_no_roles() -> None:
    for words in ("CREATE DATABASE mine", "CREATE ROLE mine", "ALTER ROLE guildhub_app SUPERUSER"):
        other = psycopg2.connect(dbname=programs.database_name(), **app_login())
        other.autocommit = True
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), other.cursor() as cursor:
            cursor.execute(words)
        other.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_scheduler_makes_tonights_and_lets_old_ones_go(folder: Path, settings: Any) -> None:
    work(make_world())
    settings.BACKUP_HOUR, settings.BACKUP_KEEP = 2, (2, 1, 1)
    now = timezone.now() + timedelta(days=3)
    nights = [now.replace(hour=2, minute=1, second=number) + timedelta(days=number) for number in range(4)]
    assert [operations.back_up_when_due(now=at) for at in nights] == [True] * 4
    assert [operations.back_up_when_due(now=at + timedelta(hours=2)) for at in nights[-1:]] == [False]
    stays = {made.made_at.date() for made in archives_in(folder)}
    assert stays >= {nights[3].date(), nights[2].date()} and len(stays) <= 3


# Restoring -----------------------------------------------------------------------------------------------------------

RIGHTS = """
SELECT 'relation ' || c.relname, pg_get_userbyid(c.relowner),
    coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))::text
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S', 'v')
UNION ALL
SELECT 'function ' || p.oid::regprocedure, pg_get_userbyid(p.proowner), coalesce(p.proacl, acldefault('f', p.proowner))::text
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'type ' || t.typname, pg_get_userbyid(t.typowner), coalesce(t.typacl, acldefault('T', t.typowner))::text
FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace
UNION ALL
SELECT 'column ' || a.attrelid::regclass || '.' || a.attname, '', a.attacl::text
FROM pg_attribute a WHERE a.attacl IS NOT NULL AND a.attrelid > 16384
UNION ALL
SELECT 'schema ' || n.nspname, pg_get_userbyid(n.nspowner), coalesce(n.nspacl, acldefault('n', n.nspowner))::text
FROM pg_namespace n WHERE n.nspname = 'public'
UNION ALL
SELECT 'default ' || d.defaclobjtype::text || coalesce(n.nspname, ''), pg_get_userbyid(d.defaclrole), d.defaclacl::text
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
UNION ALL
SELECT 'trigger ' || g.tgname, g.tgrelid::regclass::text, g.tgenabled::text FROM pg_trigger g WHERE NOT g.tgisinternal
ORDER BY 1, 2, 3
"""


def rights(name: str) -> list[tuple[str, str, list[str]]]:
    """Who owns what and who may do what, whatever order the rights were given in."""
    return [(what, owner, sorted(acl.strip("{}").split(","))) for what, owner, acl in ask(name, RIGHTS)]


@pytest.mark.django_db(transaction=True)
def test_the_logins_have_exactly_the_rights_that_migrations_gave(folder: Path, scratch: Callable[[], str]) -> None:
    work(make_world())
    made = back_up(now=NIGHT).archive
    assert made is not None
    target = scratch()
    restore(made.path, into=target)
    assert rights(target) == rights(programs.database_name())
    for refused in ("UPDATE reputation_transfer SET amount = 0", "DELETE FROM core_event", "TRUNCATE core_logentry"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(target, refused, login=app_login())
    assert ask(target, "SELECT count(*) > 0 FROM reputation_entry", login=app_login()) == [(True,)]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_overwritten_without_being_asked_and_nothing_is_lost_when_it_is(
    folder: Path, scratch: Callable[[], str]
) -> None:
    world = make_world()
    work(world)
    made = back_up(now=NIGHT).archive
    assert made is not None
    target = scratch()
    restore(made.path, into=target)
    with pytest.raises(BackupError, match="is not empty. With --replace"):
        restore(made.path, into=target)
    work(world)
    later = back_up(now=NIGHT + timedelta(days=1)).archive
    assert later is not None
    busy = psycopg2.connect(dbname=target, **programs.owner_login())
    with pytest.raises(BackupError, match="Stop web, worker and scheduler first"):
        restore(later.path, into=target, replace=True)
    busy.close()
    assert ask(target, "SELECT count(*) FROM core_event")[0][0] == made.manifest["tables"]["core_event"]
    replaced = restore(later.path, into=target, replace=True)
    assert ask(target, "SELECT count(*) FROM core_event")[0][0] == later.manifest["tables"]["core_event"]
    before = ask(replaced.kept_as, "SELECT count(*) FROM core_event")[0][0]
    assert before == made.manifest["tables"]["core_event"] < later.manifest["tables"]["core_event"]
    with test_databases.superuser("postgres") as cursor:
        cursor.execute(f'DROP DATABASE "{replaced.kept_as}"')


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_empty_database_is_filled_and_a_failure_leaves_it_empty(folder: Path, scratch: Callable[[], str]) -> None:
    work(make_world())
    made = back_up(now=NIGHT).archive
    assert made is not None
    target = scratch()
    databases.create(target)
    whole = made.path.read_bytes()
    made.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError, match="is damaged"):
        restore(made.path, into=target)
    # Damaged before it was hashed: the dump itself says so, and the one transaction takes everything back.
    half = whole[: len(whole) // 2]
    change_manifest(made, sha256=hashlib.sha256(half).hexdigest(), bytes=len(half))
    with pytest.raises(BackupError, match="pg_restore failed"):
        restore(made.path, into=target)
    assert databases.is_empty(target)
    made.path.write_bytes(whole)
    change_manifest(made, sha256=made.manifest["sha256"], bytes=len(whole))
    assert restore(made.path, into=target).proof.findings == 0


def change_manifest(made: Archive, **changes: object) -> None:
    manifest_of(made.path).write_text(json.dumps(made.manifest | changes))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"app_role": "somebody_else"}, "gives its rights to the login somebody_else"),
        ({"server_version": 99}, "made by PostgreSQL 99 and this server is 18"),
        ({"format": 7}, "written by another version of guildhub"),
        ({"made_at": "yesterday"}, "can't be read"),
        ({"sha256": "0" * 64}, "is damaged"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(folder: Path, changes: dict[str, object], words: str) -> None:
    folder.mkdir(mode=0o700)
    path = archive_path(folder, NIGHT)
    path.write_bytes(b"PGDMP")
    manifest = {
        "format": 1, "made_at": NIGHT.isoformat(), "bytes": 5, "server_version": 18, "program_version": 18,
        "app_role": "guildhub_app", "tables": {}, "migrations": [], "log": {},
        "sha256": hashlib.sha256(b"PGDMP").hexdigest(),
    }  # fmt: skip
    manifest_of(path).write_text(json.dumps(manifest | changes))
    with pytest.raises(BackupError, match=words):
        restore(path, into="never_made")
    assert not databases.exists("never_made")


def test_a_file_without_its_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "guildhub-20261123T020000Z.dump").write_bytes(b"PGDMP")
    with pytest.raises(BackupError, match="A backup is two files"):
        Archive.read(tmp_path / "guildhub-20261123T020000Z.dump")


@pytest.mark.django_db(transaction=True)
def test_who_was_erased_after_the_backup_is_erased_again(folder: Path, scratch: Callable[[], str]) -> None:
    world = make_world()
    work(world)
    email = world.contributor.user.email
    made = back_up(now=NIGHT).archive
    assert made is not None
    erase_person(subject_id=world.contributor.pk, by=None, now=timezone.now())
    assert note_erasures() == 1
    assert note_erasures() == 0, "safe to run at any time"
    assert list(read_forget_file(folder / "erased.jsonl")) == [world.contributor.pk]
    assert email not in (folder / "erased.jsonl").read_text()
    target = scratch()
    restored = restore(made.path, into=target)
    assert restored.proof.erased == 1 and restored.proof.findings == 0
    for table in ("accounts_user", "account_emailaddress"):
        assert ask(target, f"SELECT count(*) FROM {table} WHERE email = '{email}'") == [(0,)]
    assert ask(target, "SELECT count(*) FROM contributions_contribution WHERE note LIKE '%zqx7%'") == [(0,)]
    assert User.objects.filter(email=email).count() == 0 and Subject.objects.filter(erased_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_list_of_the_erased_that_cannot_be_read_stops_a_restore_before_it_begins(folder: Path) -> None:
    work(make_world())
    made = back_up(now=NIGHT).archive
    assert made is not None
    (folder / "erased.jsonl").write_text("somebody\n")
    with pytest.raises(BackupError, match="can't be read as a list of erased people"):
        restore(made.path, into="never_made")
    assert not databases.exists("never_made")
