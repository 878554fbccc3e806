"""The same thing asked by ten processes at once: one effect."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from contributions.models import Contribution, Review, TimeEntry, WorkDay
from contributions.services import AlreadyDecided, EntryInput, approve_contribution, log_hours
from core.errors import DomainError
from core.ids import uuid7
from projects.models import Task
from projects.services import claim_task
from reputation.models import Transfer
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 10


def at_once(act: Callable[[int], Any], hands: int = HANDS) -> Counter[str]:
    """Run `act(n)` in so many forked processes, released together; counts how each of them ended."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate, answers = context.Barrier(hands), context.SimpleQueue()

    def hand(number: int) -> None:
        try:
            gate.wait(30)
            act(number)
            answers.put("done")
        except DomainError as refusal:
            answers.put(type(refusal).__name__)
        except BaseException as error:
            answers.put(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()
            os._exit(0)

    processes = [context.Process(target=hand, args=(number,)) for number in range(hands)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    return Counter(answers.get() for _process in processes)


@pytest.fixture
def world() -> World:
    return make_world()


def log(world: World, minutes: int = 60) -> Contribution:
    return log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.open_work,
        entries=[EntryInput(world.now.date(), minutes)],
        now=world.now,
        note="what I did",
    ).contribution


def test_ten_approvals_of_one_contribution_are_one(world: World) -> None:
    work = log(world)
    now = world.later(hours=1)

    def approve(number: int) -> None:
        reviewer = world.reviewer if number % 2 else world.maintainer
        approve_contribution(contribution=work, by=reviewer, rubric=4, minutes=60, now=now)

    assert at_once(approve) == Counter({"done": 1, AlreadyDecided.__name__: HANDS - 1})
    assert Review.objects.filter(contribution=work).count() == 1
    assert Transfer.objects.filter(source_id=work.pk).count() == 2
    assert Transfer.objects.filter(reason="review_paid").count() == 2


def test_ten_sendings_of_one_entry_are_one(world: World) -> None:
    client_id = uuid7()

    def send(_number: int) -> None:
        log_hours(
            by=world.contributor,
            client_id=client_id,
            task=world.open_work,
            entries=[EntryInput(world.now.date(), 60)],
            now=world.now,
        )

    assert at_once(send) == Counter({"done": HANDS})
    assert Contribution.objects.filter(subject=world.contributor).count() == 1
    assert WorkDay.objects.get(subject=world.contributor).minutes == 60


def test_ten_entries_of_two_hours_on_one_day_stop_at_sixteen(world: World) -> None:
    def send(number: int) -> None:
        log_hours(
            by=world.contributor,
            client_id=uuid7(),
            task=world.open_work,
            entries=[EntryInput(world.now.date() - timedelta(days=1), 120)],
            now=world.now,
            note=f"part {number}",
        )

    assert at_once(send) == Counter({"done": HANDS}), "every entry is stored"
    states = Counter(Contribution.objects.values_list("state", "need"))
    assert states == Counter({("submitted", ""): 8, ("draft", "day_full"): 2})
    assert WorkDay.objects.get(subject=world.contributor).minutes == 960
    assert TimeEntry.objects.filter(counts=False).count() == 2


def test_ten_approvals_in_one_week_share_its_bands(world: World) -> None:
    """Ten approvals of 90 minutes in one week take 600 full and 300 half, whoever comes first."""
    works = [
        log_hours(
            by=world.contributor,
            client_id=uuid7(),
            task=world.open_work,
            entries=[EntryInput(world.now.date() - timedelta(days=1 + n % 5), 90)],
            now=world.later(minutes=1),
            note="what I did",
        ).contribution
        for n in range(10)
    ]
    now = world.later(hours=1)

    def approve(number: int) -> None:
        approve_contribution(contribution=works[number], by=world.reviewer, rubric=3, minutes=90, now=now)

    assert at_once(approve) == Counter({"done": HANDS})
    counted = Contribution.objects.filter(pk__in=[w.pk for w in works])
    assert sum(counted.values_list("minutes_counted", flat=True)) == 900
    assert sum(counted.values_list("minutes_credited", flat=True)) == 750


def test_ten_claims_of_one_task_are_one(world: World) -> None:
    from guilds.services import join_guild

    join_guild(guild=world.guild, by=world.newcomer, now=world.now)
    people = [world.contributor, world.newcomer]

    def claim(number: int) -> None:
        claim_task(task=world.task, by=people[number % 2], now=world.now)

    answers = at_once(claim)
    assert answers == Counter({"done": 5, "TaskTaken": 5})
    assert Task.objects.get(pk=world.task.pk).state == "claimed"
