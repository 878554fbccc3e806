"""Approved work vests with its points, in its guild's days, whatever happens beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from contributions.models import Contribution
from contributions.services import EntryInput, approve_contribution, log_hours
from contributions.services.vesting import live_a_day, vest_points
from core.deliveries import deliver_until_empty
from core.ids import uuid7
from core.models import Event
from core.registries import integrity_checks
from guilds.models import Guild
from notices.models import Notice
from reputation.models import PendingPoints, Transfer
from reputation.queries import balances
from reputation.services import Spending, hold_points, spend
from tests.factories import World, make_world, without_second_looks

pytestmark = pytest.mark.django_db


def approved(w: World, minutes: int = 60, days_ago: int = 0) -> Contribution:
    """One more piece of work of the contributor, approved now by the reviewer."""
    now = w.later(minutes=5)
    entry = EntryInput((now - timedelta(days=days_ago)).date(), minutes, None)
    stored = log_hours(by=w.contributor, client_id=uuid7(), task=w.open_work, entries=[entry], note="Photos.", now=now)
    approve_contribution(
        contribution=stored.contribution, by=w.reviewer, rubric=3, minutes=minutes, now=w.later(minutes=1)
    )
    return Contribution.objects.get(pk=stored.contribution.pk)


def mine(w: World) -> tuple[int, int, int]:
    got = balances([w.contributor.pk], w.guild.pk)
    return got.rep, got.pts_pending, got.pts_available


def state_of(work: Contribution) -> str:
    return Contribution.objects.get(pk=work.pk).state


def assert_whole() -> None:
    for name, check in integrity_checks("ledger").items():
        assert list(check()) == [], name


def test_work_vests_with_its_points_after_seven_days_and_once() -> None:
    w = without_second_looks(make_world())
    work = approved(w)
    assert live_a_day(now=w.now + timedelta(days=7)) == {"vested": 0, "expired": 0, "warned": 0}
    assert (state_of(work), mine(w)) == ("approved", (10, 10, 0))
    assert live_a_day(now=w.now + timedelta(days=8))["vested"] == 2, "the work and its review's pay"
    assert live_a_day(now=w.now + timedelta(days=8))["vested"] == 0
    assert (state_of(work), mine(w)) == ("vested", (10, 0, 10))
    got = balances([w.reviewer.pk], w.guild.pk)
    assert (got.pts_pending, got.pts_available) == (0, 2)
    [told] = Event.objects.filter(kind="contribution.vested")
    assert (told.object_id, told.data["points"]) == (work.pk, 10)
    assert_whole()


def test_a_guilds_day_ends_at_its_own_midnight() -> None:
    w = without_second_looks(make_world())
    Guild.objects.filter(pk=w.guild.pk).update(timezone="Pacific/Kiritimati")
    w.guild.refresh_from_db()
    work = approved(w)
    [day] = PendingPoints.objects.filter(transfer__source_id=work.pk).values_list("vests_on", flat=True)
    vest_points(guild=w.guild, today=day - timedelta(days=1), now=w.now)
    assert state_of(work) == "approved"
    vest_points(guild=w.guild, today=day, now=w.now)
    assert state_of(work) == "vested"


def test_work_whose_points_wait_for_something_stays_approved() -> None:
    w = without_second_looks(make_world())
    held, free = approved(w), approved(w)
    with transaction.atomic():
        hold_points([("contribution", held.pk)], "second_look")
    live_a_day(now=w.now + timedelta(days=30))
    assert (state_of(held), state_of(free)) == ("approved", "vested")
    assert mine(w) == (20, 10, 10)
    assert_whole()


def test_work_that_added_no_points_vests_after_the_same_days() -> None:
    w = without_second_looks(make_world())
    last_week = w.now.weekday() + 7
    works = [approved(w, minutes=90, days_ago=last_week - n % 3) for n in range(15)]
    full = [work for work in works if work.points == 0]
    assert full, "the week is full"
    live_a_day(now=w.now + timedelta(days=7))
    assert {state_of(work) for work in full} == {"approved"}
    live_a_day(now=w.now + timedelta(days=8, hours=1))
    assert {state_of(work) for work in works} == {"vested"}
    assert_whole()


def test_many_pieces_vest_in_batches_and_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contributions.services.vesting._BATCH", 3)
    w = without_second_looks(make_world())
    works = [approved(w, minutes=30) for _ in range(8)]
    assert live_a_day(now=w.now + timedelta(days=9))["vested"] == 16
    assert {state_of(work) for work in works} == {"vested"}
    assert Transfer.objects.filter(reason="vested").count() == 16
    assert PendingPoints.objects.count() == 0


def test_one_guilds_trouble_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    w, other = make_world(), without_second_looks(make_world())
    work = approved(other)
    real = vest_points

    def broken(*, guild: Guild, **rest: object) -> int:
        if guild.pk == w.guild.pk:
            raise RuntimeError("This guild's ledger can't be read.")
        return real(guild=guild, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("contributions.services.vesting.vest_points", broken)
    live_a_day(now=other.now + timedelta(days=9))
    assert state_of(work) == "vested"


def test_a_person_hears_sixty_and_fourteen_days_before_and_when_points_expire() -> None:
    w = without_second_looks(make_world())
    approved(w)
    start = w.now
    live_a_day(now=start + timedelta(days=9))
    spend(Spending("reward", uuid7(), w.guild.pk, w.contributor.pk, 4, 1), now=w.now)
    last = start.replace(year=start.year + 2) + timedelta(days=1)
    for days_before in (60, 59, 14, 0, -1):
        live_a_day(now=last - timedelta(days=days_before))
    deliver_until_empty("contributions.tell_of_expiry", now=last + timedelta(days=2))
    about = Notice.objects.filter(subject=w.contributor, kind__startswith="points_").order_by("created_at", "pk")
    assert [(n.kind, n.params["points"]) for n in about] == [
        ("points_expiring", 6),
        ("points_expiring", 6),
        ("points_expired", 6),
    ]
    assert mine(w) == (10, 0, 0)
    assert_whole()
