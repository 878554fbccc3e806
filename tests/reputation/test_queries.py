"""What a person reads of their points, and what everybody reads of a guild."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

from accounts.models import Subject
from core.ids import uuid7
from guilds.models import Guild
from reputation.queries import (
    Balances,
    LedgerLine,
    Posted,
    balances,
    balances_by_guild,
    guild_ledger,
    guild_totals,
    point_lines,
    posted_for,
)
from reputation.services import AccountName, TransferRequest, import_transfers, transfer
from tests.reputation.conftest import NOW, approval, make_guild


def imported(guild: Guild, person: Subject, points: int, days_ago: int) -> list[TransferRequest]:
    """One accepted session of imported history."""
    return import_transfers(
        source_kind="session", source_id=uuid7(), guild=guild.pk, subject=person.pk, points=points, policy_version=1,
        arithmetic={"rule": "import"}, effective_at=NOW - timedelta(days=days_ago),
    )  # fmt: skip


def test_rep_and_points_of_one_approval_are_one_line_with_its_arithmetic(guild: Guild, person: Subject) -> None:
    source = uuid7()
    transfer(approval(guild, person, 10), now=NOW)
    transfer(approval(guild, person, 23, source), now=NOW)
    page = point_lines([person.pk])
    assert [(line.rep, line.pts) for line in page.lines] == [(23, 23), (10, 10)]
    newest = page.lines[0]
    assert (newest.source_id, newest.reason, newest.reason_label) == (
        source, "contribution_approved", "contribution approved",
    )  # fmt: skip
    assert newest.balances_after == {"rep": 33, "pts_pending": 33}
    assert newest.arithmetic == {"rule": "contribution", "points": 23}
    assert (newest.policy_version, newest.effective_at, len(newest.transfer_ids)) == (1, NOW, 2)
    assert page.next_before is None


def test_a_line_that_moves_points_between_ones_own_accounts_shows_both(guild: Guild, person: Subject) -> None:
    [_rep, pts] = transfer(approval(guild, person, 10), now=NOW)
    vested = TransferRequest(
        reason="vested", source_kind="transfer", source_id=uuid7(), guild=guild.pk, unit="PTS",
        source=AccountName("pts_pending", person.pk), target=AccountName("pts_available", person.pk), amount=10,
        policy_version=1, arithmetic={}, pending=pts.id,
    )  # fmt: skip
    transfer([vested], now=NOW)
    line = point_lines([person.pk]).lines[0]
    assert line.changes == {"pts_pending": -10, "pts_available": 10}
    assert (line.rep, line.pts) == (0, 0)


def test_pages_follow_one_another_without_gap_or_repetition(guild: Guild, person: Subject) -> None:
    for points in range(1, 8):
        transfer(approval(guild, person, points), now=NOW)
        transfer(imported(guild, person, 100 + points, days_ago=400), now=NOW)
    seen, before = [], None
    for _page in range(10):
        page = point_lines([person.pk], before=before, limit=3)
        seen += [line.rep for line in page.lines]
        before = page.next_before
        if before is None:
            break
    assert seen == [n for points in range(7, 0, -1) for n in (100 + points, points)]


def test_a_person_sees_all_their_linked_subjects_and_nobody_else(guild: Guild, person: Subject) -> None:
    alias, stranger = Subject.objects.create(), Subject.objects.create()
    transfer(approval(guild, person, 10), now=NOW)
    transfer(imported(guild, alias, 15, days_ago=900), now=NOW)
    transfer(approval(guild, stranger, 50), now=NOW)
    ids = [person.pk, alias.pk]
    assert [line.rep for line in point_lines(ids).lines] == [15, 10]
    assert balances(ids, guild.pk) == Balances(rep=25, pts_pending=10)
    assert balances([uuid7()], guild.pk) == Balances()


def test_guilds_stand_apart_and_can_be_asked_for_alone(guild: Guild, person: Subject) -> None:
    other = make_guild()
    transfer([*approval(guild, person, 10), *approval(other, person, 4)], now=NOW)
    assert balances_by_guild([person.pk]) == {guild.pk: Balances(10, 10), other.pk: Balances(4, 4)}
    assert [line.rep for line in point_lines([person.pk], guild_id=other.pk).lines] == [4]


def test_the_points_page_needs_two_statements(guild: Guild, person: Subject, django_assert_num_queries: Any) -> None:
    transfer(approval(guild, person), now=NOW)
    with django_assert_num_queries(2):
        balances_by_guild([person.pk])
        point_lines([person.pk])


def test_what_a_source_minted(guild: Guild, person: Subject) -> None:
    approved, session = approval(guild, person, 10), imported(guild, person, 15, days_ago=9)
    transfer([*approved, *session], now=NOW)
    sources = [approved[0].source_id, session[0].source_id, uuid7()]
    assert posted_for("deed", sources) == {sources[0]: Posted(10, 10)}
    assert posted_for("session", sources) == {sources[1]: Posted(15, 0)}


def test_the_public_ledger_tells_kind_and_week_and_never_whose(
    guild: Guild, person: Subject, django_assert_num_queries: Any
) -> None:
    transfer([*approval(guild, person, 10), *approval(guild, Subject.objects.create(), 5)], now=NOW)
    transfer(imported(guild, person, 15, days_ago=700), now=NOW)
    transfer(approval(make_guild(), person, 99), now=NOW)
    with django_assert_num_queries(4):
        lines, totals = guild_ledger(guild.pk), guild_totals(guild.pk)
    assert lines == [
        LedgerLine(date(2026, 11, 16), "contribution_approved", "REP", 2, 15),
        LedgerLine(date(2026, 11, 16), "contribution_approved", "PTS", 2, 15),
        LedgerLine(date(2024, 12, 16), "history_imported", "REP", 1, 15),
    ]
    assert lines[0].week == "2026-W47"
    assert {field.name for field in dataclasses.fields(LedgerLine)} & {
        "subject",
        "subject_id",
        "source_id",
    } == set()
    assert totals.issued == {"REP": 30, "PTS": 15}
    assert totals.held == {"rep": 30, "pts_pending": 15}


def test_the_public_ledger_pages_by_weeks_that_had_something(guild: Guild, person: Subject) -> None:
    for weeks_ago in (0, 3, 90):
        transfer(imported(guild, person, 10 + weeks_ago, days_ago=7 * weeks_ago), now=NOW)
    first = guild_ledger(guild.pk, weeks=2)
    assert [line.amount for line in first] == [10, 13]
    assert [line.amount for line in guild_ledger(guild.pk, before=first[-1].week_starts_on, weeks=2)] == [100]
    assert guild_ledger(guild.pk, before=date(2020, 1, 6)) == []
    assert guild_ledger(uuid7()) == []
