"""Limits per account: counted once per write, for everybody by themselves, and never more than so many at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.ids import uuid7
from core.limits import LIMITS, Limit, LimitReached, check_limit, forget_old_tallies
from core.models import Tally
from tests.hostile.races import at_once

NOON = datetime(2026, 3, 2, 12, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(LIMITS, "problem", Limit(hour=3, day=5))
    yield


@pytest.mark.django_db
def test_an_hour_fills_up_and_empties() -> None:
    me = uuid7()
    for _ in range(3):
        check_limit("problem", me, now=NOON)
    with pytest.raises(LimitReached, match="at most 3 of these an hour. Send this again in 50 minutes") as refused:
        check_limit("problem", me, now=NOON)
    assert 0 < refused.value.retry_after <= 50 * 60 + 1
    check_limit("problem", me, now=NOON + timedelta(hours=1))


@pytest.mark.django_db
def test_a_day_fills_up_and_ends_at_midnight() -> None:
    me = uuid7()
    for number in range(5):
        check_limit("problem", me, now=NOON + timedelta(hours=number))
    with pytest.raises(LimitReached, match="at most 5 of these a day. Send this again in 5 hours"):
        check_limit("problem", me, now=NOON + timedelta(hours=7))
    check_limit("problem", me, now=NOON + timedelta(hours=12))


@pytest.mark.django_db
def test_people_and_kinds_are_counted_apart() -> None:
    me = uuid7()
    for _ in range(3):
        check_limit("problem", me, now=NOON)
    check_limit("problem", uuid7(), now=NOON)
    check_limit("report", me, now=NOON)


@pytest.mark.django_db
def test_it_takes_one_statement() -> None:
    with CaptureQueriesContext(connection) as seen:
        check_limit("problem", uuid7(), now=NOON)
    assert len(seen) == 1


@pytest.mark.django_db
def test_what_was_rolled_back_is_not_counted() -> None:
    me = uuid7()
    for _ in range(9):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            check_limit("problem", me, now=NOON)
            raise ZeroDivisionError
    check_limit("problem", me, now=NOON)
    assert Tally.objects.get(subject=me).in_hour == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_never_exceed_it() -> None:
    me = uuid7()

    def write() -> bool:
        with transaction.atomic():
            check_limit("problem", me, now=NOON)
        return True

    answers = at_once(*[write] * 10)
    assert sum(answer is True for answer in answers) == 3
    assert sum(isinstance(answer, LimitReached) for answer in answers) == 7


@pytest.mark.django_db
def test_old_tallies_go() -> None:
    for days in (0, 1, 5):
        check_limit("problem", uuid7(), now=NOON - timedelta(days=days))
    assert forget_old_tallies(now=NOON) == 1
    assert Tally.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [{"in_hour": 0}, {"in_day": 0}])
def test_the_database_refuses_a_tally_of_nothing(broken: dict[str, Any]) -> None:
    row = {"subject": uuid7(), "kind": "problem", "hour": NOON, "in_hour": 1, "day": NOON, "in_day": 1, **broken}
    with pytest.raises(IntegrityError, match="tally_counts_from_one"), transaction.atomic():
        Tally.objects.create(**row)
