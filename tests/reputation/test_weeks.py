"""The ledger by weeks: every transfer is counted once, whatever goes on beside, and the page reads little however long it is."""

from __future__ import annotations

import threading
import time

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Subject
from reputation.integrity import CHECKS, findings
from reputation.models import LedgerCount, LedgerWeek
from reputation.queries import guild_ledger, guild_totals
from reputation.queries.public_ledger import _TOTALS, _WEEKS
from reputation.services import count_weeks, transfer
from tests.plans import rows_read
from tests.reputation.conftest import NOW, approval, logged_in_as, make_guild, tamper
from tests.reputation.test_queries import imported


def counted() -> int:
    return LedgerCount.objects.get().counted


def wrong() -> list[str]:
    return [finding for check in CHECKS for finding in findings(check)]


def count_all() -> None:
    """Count what is posted by now. A sweep waits for transactions of other tests, too: they are of the same server."""
    with logged_in_as("superuser") as cursor:
        cursor.execute("SELECT last_value FROM reputation_transfer_number_seq")
        [last] = cursor.fetchone()
    for _attempt in range(600):
        count_weeks()
        if counted() >= last:
            return
        time.sleep(0.1)
    raise AssertionError(f"counted up to {counted()} of {last}")


def test_what_is_counted_and_what_is_not_yet_make_the_same_page(db: None) -> None:
    guild, person = make_guild(), Subject.objects.create()
    transfer([*approval(guild, person, 10), *imported(guild, person, 15, days_ago=700)], now=NOW)
    transfer(approval(make_guild(), person, 99), now=NOW)
    before = guild_ledger(guild.pk), guild_totals(guild.pk)
    count_all()
    assert counted() > 0
    assert (guild_ledger(guild.pk), guild_totals(guild.pk)) == before
    transfer(approval(guild, person, 5), now=NOW)
    assert guild_totals(guild.pk).issued == {"REP": 30, "PTS": 15}
    assert [line.amount for line in guild_ledger(guild.pk)] == [15, 15, 15]
    count_all()
    assert guild_totals(guild.pk).issued == {"REP": 30, "PTS": 15}
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_who_commits_late_is_counted_late_and_never_left_out() -> None:
    """An earlier number that commits after later ones is what a sweep by number would lose."""
    guild, person = make_guild(), Subject.objects.create()
    transfer(approval(guild, person, 1), now=NOW)
    drawn, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                transfer(approval(guild, Subject.objects.create(), 10), now=NOW)
                drawn.set()
                may_commit.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    drawn.wait(30)
    transfer(approval(guild, person, 5), now=NOW)
    before = counted()
    for _sweep in range(3):
        count_weeks()
    assert counted() == before, "an older transaction is open, and its numbers are below those that are there"
    assert guild_totals(guild.pk).issued == {"REP": 6, "PTS": 6}
    may_commit.set()
    thread.join()
    count_all()
    assert guild_totals(guild.pk).issued == {"REP": 16, "PTS": 16}
    assert sum(row.amount for row in LedgerWeek.objects.filter(week=LedgerWeek.EVER)) == 32
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_ten_sweeps_at_once_count_once() -> None:
    guild, person = make_guild(), Subject.objects.create()
    for points in range(1, 6):
        transfer(approval(guild, person, points), now=NOW)

    def sweep() -> None:
        try:
            count_weeks()
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count_all()
    assert LedgerWeek.objects.get(week=LedgerWeek.EVER, unit="REP").amount == 15
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_a_wrong_count_is_found_and_made_anew(capsys: pytest.CaptureFixture[str]) -> None:
    guild = make_guild()
    transfer(approval(guild, Subject.objects.create(), 10), now=NOW)
    count_all()
    tamper("UPDATE reputation_ledgerweek SET amount = 11 WHERE unit = %s", "REP")
    assert len(wrong()) == 2, "the week and the row of all weeks"
    call_command("count_ledger", "--anew")
    assert "Counted up to number" in capsys.readouterr().out
    assert wrong() == []


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        (
            "INSERT INTO reputation_ledgercount (id, counted, noted, noted_by) VALUES (2, 0, 0, 0)",
            "ledger_count_is_one_row",
        ),
        ("UPDATE reputation_ledgercount SET counted = noted + 1", "ledger_count_goes_up_to_what_was_noted"),
        (
            "INSERT INTO reputation_ledgerweek (guild_id, week, reason, unit, source, target, transfers, amount)"
            " SELECT gen_random_uuid(), '2026-11-16', 'spent', 'PTS', 'a', 'b', 0, 0",
            "ledger_week_counts",
        ),
    ],
)
def test_the_database_refuses(db: None, sql: str, constraint: str) -> None:
    with pytest.raises(psycopg2.IntegrityError, match=constraint), logged_in_as("owner") as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("people", [40, 400])
def test_what_the_page_of_a_guild_reads_does_not_grow_with_its_ledger(people: int) -> None:
    guild = make_guild()
    everybody = Subject.objects.bulk_create(Subject() for _ in range(people))
    transfer([request for person in everybody * 5 for request in approval(guild, person, 7)], now=NOW)
    count_all()
    with logged_in_as("owner") as cursor:
        # Autovacuum does it by itself, sooner or later.
        cursor.execute("ANALYZE")
    transfer(approval(guild, everybody[0], 3), now=NOW)
    values = {
        "guild": str(guild.pk),
        "counted": counted(),
        "ever": LedgerWeek.EVER,
        "before": "9999-12-31",
        "weeks": 13,
    }
    # Of a ledger of few pages, the database may read a range of pages.
    most = 300 if people == 40 else 40
    assert rows_read(_TOTALS, values) <= most, "what was posted since, and the sums"
    assert rows_read(_WEEKS, values) <= most
