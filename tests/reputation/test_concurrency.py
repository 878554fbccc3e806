"""Many hands at once: what they post adds up, once each, in whatever order they meet."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from accounts.models import Subject
from core.ids import uuid7
from reputation.integrity import CHECKS, findings
from reputation.models import Account, Entry, Transfer
from reputation.services import AlreadyPosted, transfer
from tests.reputation.conftest import NOW, approval, make_guild

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


def at_once(job: Callable[[int], object]) -> list[object]:
    """Run `job(n)` in eight threads that start together, each with its own connection; raises what a thread raised."""
    start = Barrier(THREADS, timeout=30)

    def run(n: int) -> object:
        try:
            connection.ensure_connection()
            start.wait()
            return job(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def sound() -> bool:
    """No check of the ledger finds anything."""
    return not [finding for check in CHECKS for finding in findings(check)]


def test_eight_hands_post_fifty_times_each_and_all_of_it_adds_up(transactional_db: None) -> None:
    """People, accounts and order are random, so that new accounts and old ones are met from all sides."""
    guild, people = make_guild(), [Subject.objects.create() for _ in range(5)]

    def post(n: int) -> int:
        dice, total = random.Random(n), 0
        for _ in range(50):
            pair = dice.sample(people, 2)
            points = [dice.randint(1, 30), dice.randint(1, 30)]
            transfer([*approval(guild, pair[0], points[0]), *approval(guild, pair[1], points[1])], now=NOW)
            total += sum(points)
        return total

    expected = sum(int(str(n)) for n in at_once(post))
    assert Transfer.objects.count() == 8 * 50 * 4
    assert Account.objects.filter(kind="rep").aggregate(n=Sum("balance"))["n"] == expected
    assert -Entry.objects.filter(account__kind="issuance").aggregate(n=Sum("amount"))["n"] == 2 * expected
    assert sound()


def test_eight_hands_with_the_same_requests_post_them_once(transactional_db: None) -> None:
    guild, person = make_guild(), Subject.objects.create()
    requests = [r for points in range(1, 121) for r in approval(guild, person, points)]

    def post(n: int) -> list[object]:
        shuffled = random.Random(n).sample(requests, len(requests))
        posted = {p.request.idempotency_key: p for p in transfer(shuffled, now=NOW)}
        return [(posted[r.idempotency_key].id, posted[r.idempotency_key].is_replay) for r in requests]

    results = at_once(post)
    ids = [[transfer_id for transfer_id, _ in result] for result in results]  # type: ignore[attr-defined]
    assert all(one == ids[0] for one in ids)
    assert Transfer.objects.count() == len(requests)
    assert Account.objects.get(kind="rep").balance == sum(range(1, 121))
    assert sound()


def test_eight_hands_with_their_own_keys_for_one_source_post_it_once(transactional_db: None) -> None:
    from dataclasses import replace

    guild, person, source = make_guild(), Subject.objects.create(), uuid7()

    def post(n: int) -> bool:
        requests = [replace(r, idempotency_key=f"{n}:{r.sequence}") for r in approval(guild, person, 9, source)]
        try:
            transfer(requests, now=NOW)
        except AlreadyPosted:
            return False
        return True

    assert sorted(map(bool, at_once(post))) == [False] * 7 + [True]
    assert Account.objects.get(kind="rep").balance == 9
    assert sound()


def test_a_posting_that_is_rolled_back_leaves_nothing(transactional_db: None) -> None:
    guild, person = make_guild(), Subject.objects.create()
    requests = approval(guild, person)
    with pytest.raises(RuntimeError), transaction.atomic():
        transfer(requests, now=NOW)
        raise RuntimeError("the approval failed after the posting")
    assert (Transfer.objects.count(), Account.objects.count()) == (0, 0)
    assert not any(p.is_replay for p in transfer(requests, now=NOW))
    assert sound()
