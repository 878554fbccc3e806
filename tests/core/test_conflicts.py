"""Two transactions that wait for each other: PostgreSQL ends one, and it is done again, whole and once."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Profile, Subject
from core.conflicts import ATTEMPTS, despite_conflicts, is_conflict


def _first_two() -> list[Subject]:
    people = [Subject.objects.create() for _ in range(2)]
    for person in people:
        Profile.objects.create(subject=person, display_name="0")
    return people


def _one_more(person: Subject) -> None:
    profile = Profile.objects.select_for_update().get(subject=person)
    profile.display_name = str(int(profile.display_name) + 1)
    profile.save()


@pytest.mark.django_db(transaction=True)
def test_whoever_gives_way_to_a_deadlock_is_done_again(caplog: pytest.LogCaptureFixture) -> None:
    people, both_hold_one = _first_two(), Barrier(2, timeout=30)

    def work(first: Subject, second: Subject) -> int:
        tries = 0

        @transaction.atomic
        def add() -> None:
            nonlocal tries
            tries += 1
            _one_more(first)
            if tries == 1:
                both_hold_one.wait()
            _one_more(second)

        try:
            despite_conflicts(add)
        finally:
            connection.close()
        return tries

    with ThreadPoolExecutor(2) as pool, caplog.at_level(logging.WARNING, "core.conflicts"):
        tries = list(pool.map(work, people, reversed(people)))
    assert sorted(tries) == [1, 2]
    assert [profile.display_name for profile in Profile.objects.filter(subject__in=people)] == ["2", "2"]
    assert ["retry 1 of 5" in line.getMessage() for line in caplog.records if line.name == "core.conflicts"] == [True]


def _deadlock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40P01'; END $$")


@pytest.mark.django_db(transaction=True)
def test_it_gives_up_after_so_many_attempts() -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        _deadlock()

    with pytest.raises(OperationalError) as raised:
        despite_conflicts(work)
    assert is_conflict(raised.value)
    assert len(tries) == ATTEMPTS


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_tried_again() -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        _deadlock()

    with pytest.raises(OperationalError), transaction.atomic():
        despite_conflicts(work)
    assert len(tries) == 1


@pytest.mark.django_db(transaction=True)
def test_other_failures_are_nobodys_to_try_again() -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        raise OperationalError("the server went away")

    with pytest.raises(OperationalError):
        despite_conflicts(work)
    assert len(tries) == 1
