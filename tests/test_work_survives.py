"""A worker killed in the middle, a Redis that went away: the notice still arrives, once, and nothing else is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
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
from tests.workers import Workers, kill, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(hours=1))


@pytest.fixture
def worker(redis_server: OwnRedis) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers on the test's database and its own Redis, beside a scheduler; none outlives the test."""
    with Workers(redis_server) as workers:
        yield workers.start


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
