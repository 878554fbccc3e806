"""Verdicts given, undone, withdrawn and posted at the same moment: posted or not, never both, and nobody waits in a ring."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from accounts.services import erase_person
from contributions.models import Contribution, PendingVerdict, Review
from contributions.services import (
    EntryInput,
    give_verdict,
    give_verdicts,
    log_hours,
    post_due_verdicts,
    undo_verdict,
    withdraw_contribution,
)
from core.ids import uuid7
from core.registries import integrity_checks
from reputation.models import Transfer
from tests.contributions.test_at_once import HANDS, at_once
from tests.databases import superuser
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


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


def approve(world: World, work: Contribution, minutes: int = 60) -> None:
    give_verdict(contribution=work, by=world.reviewer, verdict="approved", rubric=4, minutes=minutes, now=world.now)


def no_finding() -> None:
    for name, check in integrity_checks("ledger").items():
        assert list(check()) == [], name


def posted_or_not(work: Contribution) -> str:
    """The state, after making sure that the review, the transfers and the pending verdict agree with it."""
    work.refresh_from_db()
    is_posted = work.state == "approved"
    assert Review.objects.filter(contribution=work).count() == is_posted
    assert Transfer.objects.filter(source_id=work.pk).count() == 2 * is_posted
    assert not PendingVerdict.objects.filter(pk=work.pk).exists()
    no_finding()
    return work.state


def test_ten_verdicts_on_one_contribution_are_one(world: World) -> None:
    work = log(world)

    def give(number: int) -> None:
        by = world.reviewer if number % 2 else world.maintainer
        give_verdict(contribution=work, by=by, verdict="approved", rubric=4, minutes=60, now=world.now)

    assert at_once(give) == Counter({"done": HANDS // 2, "VerdictPending": HANDS // 2})
    assert PendingVerdict.objects.count() == 1
    assert post_due_verdicts(now=world.later(minutes=2)) == 1
    assert posted_or_not(work) == "approved"


def test_ten_sweeps_post_each_verdict_once(world: World) -> None:
    works = [log(world, 20) for _n in range(12)]
    for work in works:
        approve(world, work, 20)
    now = world.later(minutes=2)
    assert at_once(lambda _number: post_due_verdicts(now=now)) == Counter({"done": HANDS})
    post_due_verdicts(now=now)  # whatever each sweep left to another
    assert {posted_or_not(work) for work in works} == {"approved"}
    assert Review.objects.count() == 12


def test_undoing_races_the_sweep(world: World) -> None:
    """Five undo and five sweep, again and again: posted or undone, and whoever undid too late hears it."""
    seen = set()
    for number in range(6):
        work = log(world, 30)
        approve(world, work, 30)
        now = world.later(minutes=2)

        def hand(hand: int, work: Contribution = work, turn: int = number, now: object = now) -> None:
            if (hand + turn) % 2:
                undo_verdict(contribution=work, by=world.reviewer)
            else:
                post_due_verdicts(now=now)  # type: ignore[arg-type]

        ends = at_once(hand)
        state = posted_or_not(work)
        assert set(ends) <= {"done", "TransitionRefused"}, ends
        assert state in ("approved", "in_review")
        if state == "in_review":
            assert ends == Counter({"done": HANDS}), "undone: nobody was too late"
        seen.add(state)
    assert seen


@pytest.mark.parametrize("first", ["undo", "sweep"])
def test_one_waits_for_the_other_and_sees_what_it_did(world: World, first: str) -> None:
    """Both orders for certain: whoever is first holds its locks until the other waits for them."""
    import threading

    from django.db import connections, transaction

    work = log(world)
    approve(world, work)
    now = world.later(minutes=2)
    ready, go, ends = threading.Event(), threading.Event(), {}

    def undo() -> None:
        undo_verdict(contribution=work, by=world.reviewer)

    def sweep() -> None:
        post_due_verdicts(now=now)

    acts = {"undo": undo, "sweep": sweep}

    def leader() -> None:
        try:
            with transaction.atomic():
                acts[first]()
                ready.set()
                go.wait(20)
        finally:
            connections.close_all()

    def follower() -> None:
        try:
            acts["sweep" if first == "undo" else "undo"]()
            ends["second"] = "done"
        except Exception as error:
            ends["second"] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leader), threading.Thread(target=follower)]
    threads[0].start()
    assert ready.wait(20)
    threads[1].start()
    with superuser(str(connection.settings_dict["NAME"])) as cursor:
        for _try in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                break
            cursor.execute("SELECT pg_sleep(0.05)")
    go.set()
    for thread in threads:
        thread.join(20)
    if first == "undo":
        assert (posted_or_not(work), ends) == ("in_review", {"second": "done"})
    else:
        assert (posted_or_not(work), ends) == ("approved", {"second": "TransitionRefused"})


def test_withdrawing_races_the_sweep(world: World) -> None:
    for turn in range(4):
        work = log(world, 30)
        approve(world, work, 30)
        now = world.later(minutes=2)

        def hand(hand: int, work: Contribution = work, turn: int = turn, now: object = now) -> None:
            if (hand + turn) % 2:
                withdraw_contribution(contribution=work, by=world.contributor, now=now)  # type: ignore[arg-type]
            else:
                post_due_verdicts(now=now)  # type: ignore[arg-type]

        ends = at_once(hand)
        assert set(ends) <= {"done", "TransitionRefused"}, ends
        assert posted_or_not(work) in ("approved", "withdrawn")


def test_erasing_the_reviewer_races_the_sweep(world: World) -> None:
    works = [log(world, 10) for _n in range(6)]
    for work in works:
        approve(world, work, 10)
    now = world.later(minutes=2)

    def hand(hand: int) -> None:
        if hand == 3:
            erase_person(subject_id=world.reviewer.pk, by=world.reviewer.pk, now=now)
        else:
            post_due_verdicts(now=now)

    assert at_once(hand) == Counter({"done": HANDS})
    post_due_verdicts(now=now)
    assert {posted_or_not(work) for work in works} <= {"approved", "submitted"}


def test_two_reviewers_judge_overlapping_batches(world: World) -> None:
    """The same six pieces from both ends, by ten hands: each has one verdict, and nobody waits in a ring."""
    works = [log(world, 10) for _n in range(6)]

    def hand(number: int) -> None:
        by = world.reviewer if number % 2 else world.maintainer
        pieces = works if number % 2 else works[::-1]
        give_verdicts(contributions=pieces, by=by, verdict="approved", rubric=3, now=world.now + timedelta(seconds=1))

    assert at_once(hand) == Counter({"done": HANDS})
    assert PendingVerdict.objects.count() == 6
    assert post_due_verdicts(now=world.later(minutes=3)) == 6
    assert {posted_or_not(work) for work in works} == {"approved"}
