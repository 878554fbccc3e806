"""What becomes of points: they vest with debts first, are spent once, are taken back whole, and expire the oldest first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Subject
from accounts.queries import lock_people
from core.ids import uuid7
from core.models import Event
from guilds.models import Guild, Policy
from reputation.integrity import CHECKS, findings
from reputation.models import ExpiryWarning, PendingPoints, Transfer
from reputation.queries import Balances, balances
from reputation.rules import debt_first, expiring, months_before, vests_on
from reputation.services import (
    AlreadyPosted,
    KeyReused,
    NotEnoughPoints,
    Spending,
    TransferRequest,
    approval_transfers,
    expire_points,
    hold_points,
    import_transfers,
    reversal_transfers,
    spend,
    transfer,
    vesting_transfers,
    warn_of_expiry,
)
from tests.reputation.conftest import NOW, VESTS, logged_in_as


def earn(guild: Guild, person: Subject, points: int, *, at: datetime = NOW) -> UUID:
    """Points minted then for a deed of its own, whose id comes back."""
    source = uuid7()
    requests = approval_transfers(
        source_kind="deed",
        source_id=source,
        guild=guild.pk,
        subject=person.pk,
        points=points,
        policy_version=1,
        arithmetic={"points": points},
        effective_at=at,
        vests_on=vests_on(at, zone="UTC", vesting_days=7),
    )
    transfer(requests, now=max(at, NOW))
    return source


def vest(person: Subject, *, until: date = VESTS) -> None:
    """Let what is due vest, as the nightly run does."""
    with transaction.atomic():
        lock_people([person.pk])
        rows = PendingPoints.objects.filter(account__subject=person, vests_on__lte=until, held_for="")
        transfer(vesting_transfers(rows.select_related("transfer", "account").order_by("vests_on", "pk")), now=NOW)


def take_back(*sources: UUID, why: str = "overturned") -> int:
    """What a panel's decision does; returns how many transfers it took."""
    with transaction.atomic():
        return len(transfer(reversal_transfers([("deed", source) for source in sources], why=why), now=NOW))


def has(guild: Guild, person: Subject) -> tuple[int, int, int, int]:
    """REP, and PTS pending, available and owed."""
    got: Balances = balances([person.pk], guild.pk)
    return got.rep, got.pts_pending, got.pts_available, got.pts_debt


def spending(guild: Guild, person: Subject, points: int, source: UUID | None = None) -> Spending:
    return Spending("reward", source or uuid7(), guild.pk, person.pk, points, 1)


def assert_whole() -> None:
    for check in CHECKS:
        assert list(findings(check)) == [], check


def test_days_of_waiting_end_at_the_guilds_midnight() -> None:
    late = datetime(2026, 11, 20, 20, tzinfo=UTC)
    assert vests_on(late, zone="UTC", vesting_days=7) == date(2026, 11, 28)
    assert vests_on(late, zone="Asia/Kolkata", vesting_days=7) == date(2026, 11, 29), "it is the 21st there"
    assert vests_on(late, zone="UTC", vesting_days=0) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 24), 24, date(2024, 11, 24)),
        (date(2028, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
    ],
)
def test_months_are_reckoned_as_postgresql_does(day: date, months: int, before: date, db: None) -> None:
    assert months_before(day, months) == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::date - make_interval(months => %s))::date", [day, months])
        assert cursor.fetchone() == (before,)


def test_the_oldest_points_are_used_first_and_debts_before_all() -> None:
    assert expiring(minted_before=50, used=30, available=100) == 20
    assert expiring(minted_before=50, used=80, available=100) == 0
    assert expiring(minted_before=50, used=0, available=10) == 10
    assert (debt_first(20, 5).repaid, debt_first(20, 5).free) == (5, 15)
    assert (debt_first(3, 5).repaid, debt_first(3, 5).free) == (3, 0)


def test_points_vest_on_their_day_and_what_waits_is_told_row_by_row(guild: Guild, person: Subject) -> None:
    earn(guild, person, 23)
    later = earn(guild, person, 10, at=NOW + timedelta(days=1))
    assert sorted(PendingPoints.objects.values_list("amount", "vests_on")) == [(10, date(2026, 11, 29)), (23, VESTS)]
    vest(person, until=VESTS - timedelta(days=1))
    assert has(guild, person) == (33, 33, 0, 0)
    vest(person)
    vest(person)
    assert has(guild, person) == (33, 10, 23, 0)
    [left] = PendingPoints.objects.select_related("transfer")
    assert (left.transfer.source_id, left.amount) == (later, 10)
    assert_whole()


def test_what_is_held_vests_when_it_is_let_go(guild: Guild, person: Subject) -> None:
    source = earn(guild, person, 23)
    assert hold_points([("deed", source)], "challenge") == 1
    vest(person)
    assert has(guild, person) == (23, 23, 0, 0)
    assert hold_points([("deed", source)], "") == 1
    vest(person)
    assert has(guild, person) == (23, 0, 23, 0)
    assert hold_points([("deed", source)], "challenge") == 0, "it has vested"
    assert hold_points([], "challenge") == 0


def test_what_pends_is_taken_back_without_a_debt(guild: Guild, person: Subject) -> None:
    source = earn(guild, person, 23)
    earn(guild, person, 10)
    assert take_back(source) == 3
    assert has(guild, person) == (10, 10, 0, 0)
    assert take_back(source) == 0, "once"
    assert_whole()


def test_what_was_spent_becomes_a_debt_and_later_earnings_pay_it_first(guild: Guild, person: Subject) -> None:
    source = earn(guild, person, 23)
    vest(person)
    spend(spending(guild, person, 15), now=NOW)
    take_back(source)
    assert has(guild, person) == (0, 0, 0, -15), "eight were left to pay with"
    earn(guild, person, 10)
    vest(person)
    assert has(guild, person) == (10, 0, 0, -5)
    earn(guild, person, 30)
    vest(person)
    assert has(guild, person) == (40, 0, 25, 0)
    assert_whole()


def test_two_things_are_taken_back_in_one_call_from_the_same_points(guild: Guild, person: Subject) -> None:
    one, two, kept = (earn(guild, person, points) for points in (10, 20, 5))
    vest(person)
    spend(spending(guild, person, 12), now=NOW)
    take_back(one, two)
    assert has(guild, person) == (5, 0, 0, -7), "23 were available, 30 were taken back"
    take_back(kept)
    assert has(guild, person) == (0, 0, 0, -12)
    assert_whole()


def test_imported_reputation_is_taken_back_too(guild: Guild, person: Subject) -> None:
    source = uuid7()
    earned = import_transfers(
        source_kind="deed", source_id=source, guild=guild.pk, subject=person.pk, points=15, policy_version=1,
        arithmetic={}, effective_at=NOW - timedelta(days=500),
    )  # fmt: skip
    transfer(earned, now=NOW)
    take_back(source)
    assert has(guild, person) == (0, 0, 0, 0)
    assert_whole()


def test_the_database_takes_nothing_back_twice_and_nothing_else_than_it_was(guild: Guild, person: Subject) -> None:
    source = earn(guild, person, 23)
    [reversal, *_rest] = reversal_transfers([("deed", source)], why="overturned")
    assert isinstance(reversal, TransferRequest)
    take_back(source)
    from dataclasses import replace

    with pytest.raises(AlreadyPosted), transaction.atomic():
        transfer([replace(reversal, source_id=uuid7(), idempotency_key="again")], now=NOW)
    other = earn(guild, person, 9)
    [rep, *_] = reversal_transfers([("deed", other)], why="overturned")
    for wrong in ({"amount": 8}, {"reverses": reversal.reverses}, {"reverses": uuid7()}):
        with pytest.raises((DatabaseError, AlreadyPosted)), transaction.atomic():
            transfer([replace(rep, **wrong)], now=NOW)  # type: ignore[arg-type]
    assert has(guild, person) == (9, 9, 0, 0)


def test_points_are_spent_once_and_reputation_stays(guild: Guild, person: Subject) -> None:
    earn(guild, person, 23)
    with pytest.raises(NotEnoughPoints, match="5 points, and you have 0"):
        spend(spending(guild, person, 5), now=NOW)
    vest(person)
    what = spending(guild, person, 20)
    first, again = spend(what, now=NOW), spend(what, now=NOW)
    assert (first.id, again.is_replay) == (again.id, True)
    assert has(guild, person) == (23, 0, 3, 0)
    with pytest.raises(KeyReused), transaction.atomic():
        spend(spending(guild, person, 2, what.source_id), now=NOW)
    with pytest.raises(NotEnoughPoints), transaction.atomic():
        spend(spending(guild, person, 4), now=NOW)
    with pytest.raises(ValueError, match="at least 1"):
        spend(spending(guild, person, 0), now=NOW)


@pytest.fixture
def policy(guild: Guild) -> Policy:
    return Policy.objects.create(guild=guild, version=1, effective_at=NOW - timedelta(days=2000))


@pytest.mark.usefixtures("policy")
def test_points_expire_after_their_months_the_oldest_first(guild: Guild, person: Subject) -> None:
    today = NOW.date()
    earn(guild, person, 50, at=datetime(2024, 11, 19, 23, tzinfo=UTC))
    earn(guild, person, 30, at=datetime(2024, 11, 20, 1, tzinfo=UTC))
    vest(person)
    spend(spending(guild, person, 20), now=NOW)
    assert expire_points(guild=guild, today=today - timedelta(days=1), now=NOW) == 0
    assert expire_points(guild=guild, today=today, now=NOW) == 30, "of the 50 of the 19th, 20 were spent"
    assert expire_points(guild=guild, today=today, now=NOW) == 0
    assert has(guild, person) == (80, 0, 30, 0)
    assert expire_points(guild=guild, today=today + timedelta(days=1), now=NOW) == 30
    assert Transfer.objects.filter(reason="expired").count() == 2
    assert Event.objects.filter(kind="points.expired").count() == 2
    assert_whole()


@pytest.mark.usefixtures("policy")
def test_what_was_taken_back_does_not_expire_a_second_time(guild: Guild, person: Subject) -> None:
    old = earn(guild, person, 50, at=NOW - timedelta(days=735))
    earn(guild, person, 50)
    vest(person)
    take_back(old)
    assert has(guild, person) == (50, 0, 50, 0)
    assert expire_points(guild=guild, today=NOW.date(), now=NOW) == 0
    assert_whole()


@pytest.mark.usefixtures("policy")
def test_a_night_that_was_missed_is_made_up_for(guild: Guild, person: Subject) -> None:
    earn(guild, person, 50, at=NOW - timedelta(days=760))
    vest(person)
    assert expire_points(guild=guild, today=NOW.date(), now=NOW, look_back_days=20) == 0
    assert expire_points(guild=guild, today=NOW.date(), now=NOW) == 50


def test_points_keep_the_months_under_which_they_were_minted(guild: Guild, person: Subject, policy: Policy) -> None:
    shorter = Policy.objects.create(guild=guild, version=2, effective_at=NOW, expiry_months=1)
    earn(guild, person, 50, at=NOW - timedelta(days=100))
    vest(person)
    assert (policy.expiry_months, shorter.expiry_months) == (24, 1)
    assert expire_points(guild=guild, today=NOW.date(), now=NOW) == 0


@pytest.mark.usefixtures("policy")
def test_people_are_told_once_before_points_expire(guild: Guild, person: Subject) -> None:
    earn(guild, person, 50, at=datetime(2024, 11, 19, 12, tzinfo=UTC))
    vest(person)
    expires_on = date(2026, 11, 20)
    for nights, told in ((61, 0), (60, 1), (60, 0), (59, 0), (14, 0)):
        count = warn_of_expiry(guild=guild, today=expires_on - timedelta(days=nights), days_before=60, now=NOW)
        assert count == told, nights
    assert warn_of_expiry(guild=guild, today=expires_on - timedelta(days=11), days_before=14, now=NOW) == 1
    assert list(ExpiryWarning.objects.order_by("pk").values_list("days_before", "points", "expires_on")) == [
        (60, 50, expires_on),
        (14, 50, expires_on),
    ]
    assert list(Event.objects.filter(kind="points.expiring").values_list("data__on", flat=True)) == ["2026-11-20"] * 2


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO reputation_pendingpoints SELECT * FROM reputation_pendingpoints",
        "UPDATE reputation_pendingpoints SET amount = 1",
        "UPDATE reputation_pendingpoints SET vests_on = '2020-01-01'",
        "DELETE FROM reputation_pendingpoints",
        "UPDATE reputation_pendingpoints SET held_for = 'a friend'",
    ],
)
def test_the_login_of_web_and_worker_changes_nothing_that_pends(guild: Guild, person: Subject, sql: str) -> None:
    earn(guild, person, 23)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_makes_points_vest_earlier() -> None:
    from tests.reputation.conftest import make_guild

    person = Subject.objects.create()
    earn(make_guild(), person, 23)
    for sql in (
        "UPDATE reputation_pendingpoints SET vests_on = vests_on - 1",
        "UPDATE reputation_pendingpoints SET amount = amount + 1",
        "UPDATE reputation_pendingpoints SET amount = -1",
        "TRUNCATE reputation_pendingpoints",
    ):
        import psycopg2

        with pytest.raises(psycopg2.Error), logged_in_as("owner") as cursor:
            cursor.execute(sql)
