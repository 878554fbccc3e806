"""A worker killed in the middle, a Redis that went away: the notice still arrives, once, and nothing else is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from contributions.models import Contribution, PendingVerdict, Review
from contributions.services import EntryInput, approve_contribution, give_verdict, log_hours, undo_verdict
from core.ids import uuid7
from core.models import Delivery
from core.registries import integrity_checks
from guildhub.embedded.more_redis import OwnRedis
from notices.models import Notice
from reputation.models import Transfer
from tests.databases import superuser
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(hours=1))


@pytest.fixture
def worker(redis_server: OwnRedis) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers on the test's database and its own Redis, beside a scheduler; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*what: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "guildhub", *(what or ("worker", "--concurrency=1"))]
        process = subprocess.Popen(
            [*command, "-l", "WARNING"],
            cwd=CHECKOUT,
            env=worker_environment(redis_server),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    start("beat")
    yield start
    for process in started:
        kill(process)


def worker_environment(redis_server: OwnRedis) -> dict[str, str]:
    """What a worker host's environment holds, pointing at the test's servers."""
    database = connection.settings_dict
    host = database["OPTIONS"].get("host") or database["HOST"]

    def url(login: dict[str, Any]) -> str:
        return f"postgresql://{login['USER']}:{login['PASSWORD']}@/{database['NAME']}?host={host}"

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "guildhub.settings",
        "GUILDHUB_ENV_FILE": "",
        "DATABASE_URL": url(database),
        "MIGRATE_DATABASE_URL": url({**database, **settings.OWNER_DATABASE_LOGIN}),
        "REDIS_URL": redis_server.url,
        "SECRET_KEY": "a-key-that-only-this-test-uses-and-nobody-else-knows",
        "ALLOWED_HOSTS": "localhost",
        "EMAIL_URL": "consolemail://",
    }


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the worker and its children, as the kernel does when memory runs out."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something that another process does; the limit only ends a hopeless wait."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.1)


def approve_an_hour(world: World) -> Contribution:
    work = log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.task,
        entries=[EntryInput(world.now.date(), 60)],
        now=world.now,
    ).contribution
    approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=60, now=world.later(minutes=1))
    return work


def notices() -> list[str]:
    """Kinds of what was told about work; the founding of the world told its people more."""
    return list(Notice.objects.filter(kind__startswith="contribution").values_list("kind", flat=True))


def everything_delivered() -> bool:
    return not Delivery.objects.exists()


def test_the_notice_survives_a_worker_killed_between_commit_and_delivery(
    world: World, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    approve_an_hour(world)
    assert Delivery.objects.filter(consumer="contributions.tell_contributors").count() == 1
    with superuser(str(connection.settings_dict["NAME"])) as cursor:
        # The handler's insert waits for this lock, so the worker dies inside the delivery and not beside it.
        cursor.execute("BEGIN; LOCK TABLE notices_notice IN SHARE MODE")
        first = worker()
        until(lambda: waits_for_notices(), "a worker in the middle of the delivery")
        kill(first)
        cursor.execute("ROLLBACK")
    assert notices() == [], "the killed worker's delivery was rolled back"
    worker()
    until(everything_delivered, "delivery by the second worker")
    assert notices() == ["contribution_approved"]


def waits_for_notices() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'notices_notice'::regclass")
        return bool(cursor.fetchone()[0])


def test_approval_works_without_redis_and_the_notice_comes_when_it_is_back(
    world: World, worker: Callable[[], subprocess.Popen[bytes]], redis_server: OwnRedis, settings: Any
) -> None:
    settings.JOBS_ARE_NUDGED = True
    worker()
    until(lambda: everything_delivered(), "a worker at work")
    redis_server.stop()
    work = approve_an_hour(world)
    assert Transfer.objects.filter(source_id=work.pk).count() == 2
    assert notices() == []
    redis_server.start()
    until(everything_delivered, "delivery after Redis came back")
    assert notices() == ["contribution_approved"]


def test_verdicts_survive_a_worker_killed_in_the_middle_of_the_sweep(
    world: World, worker: Callable[[], subprocess.Popen[bytes]], redis_server: OwnRedis
) -> None:
    works = []
    for minutes in (60, 30, 20):
        entry = EntryInput(world.now.date() - timedelta(days=1), minutes)
        logged = log_hours(
            by=world.contributor, client_id=uuid7(), task=world.open_work, entries=[entry], now=world.now
        )
        works.append(logged.contribution)
        give_verdict(
            contribution=works[-1], by=world.reviewer, verdict="approved", rubric=4, minutes=minutes, now=world.now
        )
    with superuser(str(connection.settings_dict["NAME"])) as cursor:
        # The last write of a posting waits for this lock, so the worker dies inside it.
        cursor.execute("BEGIN; LOCK TABLE core_event IN SHARE MODE")
        first = worker()
        until(lambda: waits_for("core_event"), "a worker in the middle of posting")
        kill(first)
        cursor.execute("ROLLBACK")
    until(lambda: PendingVerdict.objects.count() == 3, "the killed worker's posting rolled back")
    assert not Review.objects.exists() and not Transfer.objects.exists()
    redis_server.stop()  # and no message of the first worker comes back
    redis_server.start()
    worker()
    until(lambda: not PendingVerdict.objects.exists(), "posting by the second worker")
    assert {work.state for work in Contribution.objects.all()} == {"approved"}
    assert Review.objects.count() == 3
    assert Transfer.objects.filter(reason="contribution_approved").count() == 6
    assert all(not list(check()) for check in integrity_checks("ledger").values())


def waits_for(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
        return bool(cursor.fetchone()[0])


def test_a_verdict_is_given_and_undone_without_redis(world: World, redis_server: OwnRedis, settings: Any) -> None:
    settings.JOBS_ARE_NUDGED = True
    entry = EntryInput(world.now.date() - timedelta(days=1), 60)
    work = log_hours(by=world.contributor, client_id=uuid7(), task=world.open_work, entries=[entry], now=world.now)
    redis_server.stop()
    for _again in range(2):
        give_verdict(
            contribution=work.contribution, by=world.reviewer, verdict="returned", reason="Which?", now=world.now
        )
        undo_verdict(contribution=work.contribution, by=world.reviewer)
    assert not PendingVerdict.objects.exists()
