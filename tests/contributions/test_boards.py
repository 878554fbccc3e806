"""Boards: what they count, who sees them, that they follow the ledger, and how little each read takes."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Subject, SubjectLink
from accounts.services import erase_person
from contributions.models import BoardStep, Contribution, Score
from contributions.queries.boards import AROUND, RANK, TOP, Board, board_differences
from contributions.rules_boards import kept_periods, month_of, quarter_of
from contributions.services import EntryInput, approve_contribution, log_hours
from contributions.services.boards import keep_scores, make_steps
from core.deliveries import deliver_until_empty
from core.ids import uuid7
from guilds.models import Guild
from guilds.services import join_guild, switch_boards
from reputation.services import import_transfers, reversal_transfers, transfer
from tests.factories import World, make_author, make_person, make_world
from tests.pages import client_of
from tests.plans import rows_read

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    world = make_world(timezone.now())
    switch_boards(guild=world.guild, on=True, by=world.steward, now=world.now)
    world.guild.refresh_from_db()
    return world


def approved(w: World, who: Subject, minutes: int = 60, task: object = None) -> Contribution:
    now = w.later(minutes=5)
    logged = log_hours(
        by=who, client_id=uuid7(), task=task or w.open_work, entries=[EntryInput(now.date(), minutes)], note="n", now=now  # type: ignore[arg-type]
    )  # fmt: skip
    by = w.reviewer if who != w.reviewer else w.maintainer
    approve_contribution(contribution=logged.contribution, by=by, rubric=3, minutes=minutes, now=w.later(minutes=1))
    return logged.contribution


def sweep(w: World) -> None:
    deliver_until_empty("contributions.keep_boards", now=w.now + timedelta(seconds=1))
    make_steps(now=w.now)


def this_month(w: World) -> Board:
    return Board(w.guild.pk, month_of(w.now.date()))


def points(board: Board) -> dict[UUID, int]:
    return {row.subject: row.points for row in board.top()}


def members(w: World, count: int) -> list[Subject]:
    people = [make_person(f"member{n}") for n in range(count)]
    for person in people:
        join_guild(guild=w.guild, by=person, now=w.now)
    return people


def test_an_approval_counts_for_month_quarter_all_time_and_its_kind_of_help(w: World) -> None:
    work = approved(w, w.contributor, 90)
    sweep(w)
    today = w.now.date()
    for period in (month_of(today), quarter_of(today), "all"):
        assert points(Board(w.guild.pk, period)) == {w.contributor.pk: 15, w.reviewer.pk: 2}
    assert points(Board(w.guild.pk, "all", work.task.role)) == {w.contributor.pk: 15}
    assert points(Board(w.guild.pk, "all", "review")) == {w.reviewer.pk: 2}
    assert list(board_differences(w.guild, w.now)) == []


def test_swept_twice_it_is_counted_once(w: World) -> None:
    approved(w, w.contributor)
    for _twice in range(2):
        keep_scores(guild=w.guild, people=[w.contributor.pk], now=w.now)
        keep_scores(guild=w.guild, people=None, now=w.now)
    assert points(this_month(w))[w.contributor.pk] == 10


def test_what_is_taken_back_leaves_the_month_in_which_it_was_earned(w: World) -> None:
    work, _kept = approved(w, w.contributor), approved(w, w.contributor, 30)
    march = this_month(w)
    w.later(days=35 - w.now.day)  # the beginning of next month
    with transaction.atomic():
        transfer(reversal_transfers([("contribution", work.pk)], why="overturned"), now=w.now)
    keep_scores(guild=w.guild, people=[w.contributor.pk], now=w.now)
    assert points(march)[w.contributor.pk] == 5
    assert w.contributor.pk not in points(this_month(w))


def test_what_a_claimed_identity_earned_is_its_persons(w: World) -> None:
    author = make_author("A. Das", "a@example.org")
    earned = import_transfers(
        source_kind="session", source_id=uuid7(), guild=w.guild.pk, subject=author.subject.pk, points=30, policy_version=1,
        arithmetic={}, effective_at=w.now,
    )  # fmt: skip
    transfer(earned, now=w.now)
    approved(w, w.contributor)
    keep_scores(guild=w.guild, people=None, now=w.now)
    assert points(this_month(w))[author.subject.pk] == 30
    SubjectLink.objects.create(alias=author.subject, primary=w.contributor, linked_at=w.now)
    keep_scores(guild=w.guild, people=[w.contributor.pk, author.subject.pk], now=w.now)
    assert points(this_month(w)) == {w.contributor.pk: 40, w.reviewer.pk: 2}


def test_a_guild_shows_nothing_until_its_steward_switches_it_on() -> None:
    w = make_world(timezone.now())
    approved(w, w.contributor)
    sweep(w)
    assert not Score.objects.exists()
    switch_boards(guild=w.guild, on=True, by=w.steward, now=w.now)
    sweep(w)
    assert points(Board(w.guild.pk, "all")) == {w.contributor.pk: 10, w.reviewer.pk: 2}
    switch_boards(guild=w.guild, on=False, by=w.steward, now=w.now)
    sweep(w)
    assert not Score.objects.exists() and not BoardStep.objects.exists()


def test_erased_people_are_gone_from_it(w: World) -> None:
    approved(w, w.contributor)
    sweep(w)
    erase_person(subject_id=w.contributor.pk, by=w.contributor.pk, now=w.now)
    assert w.contributor.pk not in points(this_month(w))
    keep_scores(guild=w.guild, people=None, now=w.now)
    assert w.contributor.pk not in points(this_month(w))


def fill(guild: Guild, scores: list[int], period: str = "all") -> list[UUID]:
    people = sorted(uuid7() for _ in scores)
    Score.objects.bulk_create(
        Score(guild_id=guild.pk, period=period, kind="", subject_id=one, points=has)
        for one, has in zip(people, scores, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contributions_boardchange VALUES (%s, now()) ON CONFLICT DO NOTHING", [str(guild.pk)]
        )
    make_steps(now=guild.created_at)
    return people


def test_rank_and_neighbours(w: World) -> None:
    people = fill(w.guild, [50, 40, 40, 40, 30, 20, 10])
    board = Board(w.guild.pk, "all")
    assert [row.rank for row in board.top()] == [1, 2, 2, 2, 5, 6, 7]
    assert [board.place_of(one).rank for one in people] == [1, 2, 2, 2, 5, 6, 7]  # type: ignore[union-attr]
    assert [row.points for row in board.around(people[4], 30)] == [40, 40, 30, 20, 10]
    assert [row.subject for row in board.around(people[2], 40)] == people[:5]
    assert [row.subject for row in board.around(people[0], 50)] == people[:3]
    assert board.place_of(uuid7()) is None
    Score.objects.filter(subject_id=people[6]).update(points=35)
    assert board.place_of(people[6]).rank == 5, "steps are a few seconds old, and near enough"  # type: ignore[union-attr]


def test_the_page_is_for_members_of_a_guild_that_wants_it(w: World) -> None:
    for person in [w.contributor, *members(w, 5)]:
        approved(w, person)
    sweep(w)
    path = f"/guilds/{w.guild.slug}/board/"
    said = client_of(w, "contributor").get(path).content.decode()
    assert "Place <bdi>2</bdi>, with <bdi>10</bdi>" in said and "You" in said
    assert client_of(w, "outsider").get(path).status_code == 403
    Score.objects.exclude(subject_id=w.contributor.pk).delete()
    assert "A board begins with 5 people" in client_of(w, "contributor").get(path).content.decode()
    assert client_of(w, "steward").post(path, {"do": "off"}).status_code == 302
    assert "shows no boards" in client_of(w, "contributor").get(path).content.decode()
    assert client_of(w, "contributor").post(path, {"do": "on"}).status_code == 403


def test_the_command_finds_what_differs_and_puts_it_right(w: World) -> None:
    approved(w, w.contributor)
    sweep(w)
    call_command("check_boards", stdout=StringIO())
    Score.objects.filter(subject_id=w.contributor.pk, period="all", kind="").update(points=99)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_boards", stdout=out)
    assert "the board has 99, the ledger says 10" in out.getvalue()
    call_command("check_boards", repair=True, stdout=StringIO())
    call_command("check_boards", stdout=StringIO())


def test_the_periods_that_are_kept_are_the_ones_a_reader_can_choose(w: World) -> None:
    today = w.now.date()
    before = today.replace(day=1) - timedelta(days=1)
    assert kept_periods(today)[:4] == ["all", month_of(today), month_of(before), quarter_of(today)]


@pytest.mark.parametrize("wrong", [{"points": 0}, {"points": -3}])
def test_the_database_refuses_scores_of_nothing(w: World, wrong: dict[str, int]) -> None:
    fill(w.guild, [5])
    with pytest.raises(DatabaseError), transaction.atomic():
        Score.objects.update(**wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        fill_again = Score.objects.get()
        Score.objects.bulk_create(
            [Score(**{f.attname: getattr(fill_again, f.attname) for f in Score._meta.concrete_fields})]
        )


@pytest.mark.parametrize("size", [2_000, 20_000])
def test_what_a_board_reads_does_not_grow_with_it(w: World, size: int) -> None:
    people = fill(w.guild, [1 + n % 700 for n in range(size)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    base = {"guild": str(w.guild.pk), "period": "all", "kind": ""}
    me = {"subject": str(people[size // 2]), "points": 1 + (size // 2) % 700}
    assert rows_read(TOP, {**base, "limit": 100, "start": 0}) <= 100
    assert rows_read(RANK, {**base, **me}) <= 2
    assert rows_read(AROUND, {**base, **me, "each": 2}) <= 20
