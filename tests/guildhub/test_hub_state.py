"""What a hub steward sees of the hub's own health on /ops/, and that nobody else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.cache import ForgivingRedisCache
from guildhub import operations
from guildhub.models import BackupRun, CheckRun, Heartbeat, MondayMail
from tests.factories import World, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db
GOOD: dict[str, Any] = {"file_name": "guildhub-1.dump", "bytes": 1_500_000, "sha256": "0" * 64}


@pytest.fixture
def world() -> World:
    return make_world()


def page(world: World, reader: str = "hub_steward") -> str:
    return " ".join(client_of(world, reader).get("/ops/").content.decode().split())


def backed_up(hours_ago: float, **fields: Any) -> BackupRun:
    at = timezone.now() - timedelta(hours=hours_ago)
    fields = {**GOOD, "verified_at": at, **fields}
    return BackupRun.objects.create(started_at=at, finished_at=at, **fields)


def section(text: str) -> str:
    return text.split('id="hub"')[1].split("</section>")[0]


def test_a_new_hub_says_that_nothing_is_known_yet(world: World) -> None:
    said = section(page(world))
    assert "none yet" in said and "never" in said and "not yet" in said
    assert said.count('class="state stop"') == 3, "no backup, no scheduler, no worker"


def test_all_is_well(world: World) -> None:
    backed_up(3)
    for name in operations.HEARTBEATS:
        operations.note_heartbeat(name=name, now=timezone.now())
    for kind in CheckRun.Kind.values:
        operations.run_check(kind=kind, now=timezone.now())
    said = section(page(world))
    assert "restored and held" in said and "guildhub-1.dump" in said and "1.4" in said.replace("\xa0", " ")
    assert "state stop" not in said and "state warn" not in said and said.count("state ok") == 6


@pytest.mark.parametrize(("hours", "is_red"), [(25.9, False), (26.1, True)])
def test_a_backup_is_red_when_it_is_older_than_a_night_and_two_hours(world: World, hours: float, is_red: bool) -> None:
    backed_up(hours)
    assert ("too old" in section(page(world))) is is_red


def test_a_failed_attempt_is_told_beside_the_last_good_one(world: World) -> None:
    backed_up(20)
    backed_up(1, verified_at=None, file_name="", sha256="", error="The disk is full <b>.")
    said = section(page(world))
    assert "The last attempt at a backup failed" in said and "The disk is full &lt;b&gt;." in said
    assert "guildhub-1.dump" in said


def test_what_a_check_found_is_told(world: World) -> None:
    now = timezone.now()
    CheckRun.objects.create(
        kind="ledger", started_at=now, finished_at=now, findings=2, first_findings="reputation_account x: balance <1>"
    )
    said = section(page(world))
    assert "2 findings" in said and "balance &lt;1&gt;" in said


def test_silence_a_full_disk_and_lost_answers_are_told(world: World) -> None:
    now = timezone.now()
    Heartbeat.objects.create(name="worker", seen_at=now - timedelta(minutes=9), facts={"free": 5, "total": 100})
    monday = now.date() - timedelta(days=now.weekday())
    MondayMail.objects.create(subject=world.steward, monday=monday, due_at=now, tried_at=now, state="unknown")
    said = section(page(world))
    assert "silent" in said and "too little" in said and "1 may or may not have been sent" in said


def test_redis_down_is_said_and_the_page_is_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForgivingRedisCache, "_try", lambda self, call, otherwise: otherwise)
    client = client_of(world, "hub_steward")
    assert "does not answer" in section(" ".join(client.get("/ops/").content.decode().split()))
    ready = client.get("/readyz")
    assert ready.status_code == 200 and b"Redis does not answer" in ready.content


def test_a_guilds_steward_sees_none_of_it(world: World) -> None:
    backed_up(1)
    assert 'id="hub"' not in page(world, "steward") and "guildhub-1.dump" not in page(world, "steward")


def test_it_takes_no_more_statements_than_a_page_may(world: World) -> None:
    client = client_of(world, "hub_steward")
    client.get("/ops/")
    with CaptureQueriesContext(connection) as statements:
        client.get("/ops/")
    assert len(statements) <= 10, [statement["sql"][:80] for statement in statements]


def test_checks_run_once_a_night(world: World, settings: Any) -> None:
    settings.BACKUP_HOUR = 2
    night = timezone.now().replace(hour=3, minute=0)
    assert {run.kind for run in operations.check_when_due(now=night)} == {"ledger", "log"}
    assert operations.check_when_due(now=night + timedelta(hours=1)) == []
    assert len(operations.check_when_due(now=night + timedelta(days=1))) == 2
    assert set(CheckRun.objects.values_list("findings", flat=True)) == {0}


def test_old_runs_and_ended_sessions_are_forgotten(world: World) -> None:
    from django.contrib.sessions.models import Session

    backed_up(24 * 401)
    backed_up(24)
    Session.objects.create(session_key="a" * 32, session_data="x", expire_date=timezone.now() - timedelta(days=1))
    Session.objects.create(session_key="b" * 32, session_data="x", expire_date=timezone.now() + timedelta(days=1))
    operations.tidy(now=timezone.now())
    assert BackupRun.objects.count() == 1 and Session.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"verified_at": "now", "findings": 1}, "backup_run_verified_is_whole"),
        ({"verified_at": "now", "error": "No"}, "backup_run_verified_is_whole"),
        ({"verified_at": "now", "sha256": ""}, "backup_run_verified_is_whole"),
        ({"file_name": ""}, "backup_run_ends_with_something"),
        ({"finished_at": "before"}, "backup_run_ends_after_it_began"),
    ],
)
def test_the_database_refuses_a_backup_that_can_not_be(fields: dict[str, Any], name: str) -> None:
    now = timezone.now()
    times = {"now": now, "before": now - timedelta(seconds=1)}
    row = {"started_at": now, "finished_at": now, **GOOD, **{k: times.get(v, v) for k, v in fields.items()}}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BackupRun.objects.create(**row)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"finished_at": "before"}, "check_run_ends_after_it_began"),
        ({"findings": 1}, "check_run_names_findings"),
        ({"first_findings": "x"}, "check_run_names_findings"),
    ],
)
def test_the_database_refuses_a_check_that_can_not_be(fields: dict[str, Any], name: str) -> None:
    now = timezone.now()
    times = {"before": now - timedelta(seconds=1)}
    row = {"kind": "log", "started_at": now, "finished_at": now, **{k: times.get(v, v) for k, v in fields.items()}}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CheckRun.objects.create(**row)
