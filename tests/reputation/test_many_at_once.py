"""Sixteen requests and more go another way through the database; what is stored and what is refused is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Subject
from core.errors import DomainError
from core.ids import uuid7
from guilds.models import Guild
from reputation.integrity import CHECKS, findings
from reputation.models import Account, Entry, PendingPoints, Transfer
from reputation.services import (
    AlreadyPosted,
    KeyReused,
    NotEnoughPoints,
    NotPending,
    TransferRequest,
    reversal_transfers,
    transfer,
    vesting_transfers,
)
from tests.reputation.conftest import NOW, approval, make_guild

pytestmark = pytest.mark.django_db
#: From so many requests on they go the other way.
MANY = 16


def many(guild: Guild, people: list[Subject]) -> list[TransferRequest]:
    """Ten approvals, of two people by turns: twenty requests."""
    return [request for n in range(10) for request in approval(guild, people[n % len(people)], n + 1)]


def stored(guild: Guild) -> list[Any]:
    """Everything of a guild's ledger but its ids and hashes, in the order in which it was written."""
    entries = Entry.objects.filter(account__guild=guild).order_by("id")
    return list(
        entries.values_list(
            "transfer__unit", "account__kind", "account__subject", "amount", "balance", "version", "transfer__sequence"
        )
    )


def sound() -> bool:
    return not [finding for check in CHECKS for finding in findings(check)]


def test_many_at_once_leave_what_one_after_the_other_leave() -> None:
    at_once, one_by_one = make_guild(), make_guild()
    people = [Subject.objects.create(), Subject.objects.create()]
    transfer(many(at_once, people), now=NOW)
    for request in many(one_by_one, people):
        transfer([request], now=NOW)
    assert stored(at_once) == stored(one_by_one)
    assert PendingPoints.objects.filter(account__guild=at_once).count() == 10
    assert sound(), "hashes, balances and what pends follow from the rows"


def test_many_sent_again_are_replays_and_new_ones_among_them_are_posted() -> None:
    guild, person = make_guild(), Subject.objects.create()
    first, more = many(guild, [person]), many(guild, [person])
    before = transfer(first, now=NOW)
    mixed = [request for pair in zip(first, more, strict=True) for request in pair]
    after = transfer(mixed, now=NOW)
    assert [p.is_replay for p in after] == [True, False] * 20
    assert [p.id for p in after[::2]] == [p.id for p in before]
    assert Transfer.objects.count() == 40
    assert sound()


def test_the_same_request_twice_in_one_call_is_posted_once() -> None:
    guild, person = make_guild(), Subject.objects.create()
    requests = many(guild, [person])
    posted = transfer([*requests, requests[3]], now=NOW)
    assert posted[-1].is_replay
    assert posted[-1].id == posted[3].id
    assert Transfer.objects.count() == 20
    assert sound()


def _another_amount(requests: list[TransferRequest]) -> TransferRequest:
    return replace(requests[0], amount=99, arithmetic={"points": 99})


def _another_key(requests: list[TransferRequest]) -> TransferRequest:
    return replace(requests[0], idempotency_key="another")


def _too_much(requests: list[TransferRequest]) -> TransferRequest:
    from reputation.services import AccountName

    pending = AccountName("pts_pending", requests[0].target.subject)
    available = AccountName("pts_available", requests[0].target.subject)
    return replace(
        requests[1], reason="vested", source=pending, target=available, amount=10_000, arithmetic={}, sequence=7,
        idempotency_key="too much", vests_on=None, pending=uuid7(),
    )  # fmt: skip


def _not_there(requests: list[TransferRequest]) -> TransferRequest:
    return replace(_too_much(requests), amount=1)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (_another_amount, KeyReused),
        (_another_key, AlreadyPosted),
        (_too_much, NotEnoughPoints),
        (_not_there, NotPending),
    ],
)
def test_one_that_is_refused_takes_all_others_with_it(
    spoil: Callable[[list[TransferRequest]], TransferRequest], refusal: type[DomainError]
) -> None:
    guild, person = make_guild(), Subject.objects.create()
    first = many(guild, [person])
    transfer(first, now=NOW)
    with pytest.raises(refusal), transaction.atomic():
        transfer([*many(guild, [person]), spoil(first)], now=NOW)
    assert Transfer.objects.count() == 20
    assert sound()


def test_many_vest_and_many_are_taken_back() -> None:
    guild, people = make_guild(), [Subject.objects.create() for _ in range(3)]
    requests = [request for n in range(20) for request in approval(guild, people[n % 3], n + 1)]
    transfer(requests, now=NOW)
    half = PendingPoints.objects.filter(transfer__source_id__in=[r.source_id for r in requests[:36]])
    rows = list(half.select_related("account", "transfer"))
    vesting = vesting_transfers(rows)
    assert len(vesting) >= MANY
    transfer(vesting, now=NOW)
    back = reversal_transfers([(r.source_kind, r.source_id) for r in requests[::2]], why="overturned")
    assert len(back) >= MANY
    transfer(back, now=NOW)
    assert set(Account.objects.filter(guild=guild).values_list("balance", flat=True)) == {0}
    assert not PendingPoints.objects.exists()
    assert sound()
