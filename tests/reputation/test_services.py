"""Posting: once per key and source, all or nothing, balances that add up, and refusals a person understands."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from accounts.models import Subject
from core.ids import uuid7
from guilds.models import Guild
from reputation.models import Account, Entry, Transfer
from reputation.queries import balances
from reputation.services import (
    ISSUANCE,
    AccountName,
    AlreadyPosted,
    KeyReused,
    NotEnoughPoints,
    NotPending,
    TransferRequest,
    approval_transfers,
    import_transfers,
    review_pay_transfers,
    transfer,
)
from tests.reputation.conftest import NOW, VESTS, approval


def vesting(guild: Guild, subject: Subject, amount: int, minted: UUID) -> TransferRequest:
    """Pending points becoming available."""
    return TransferRequest(
        reason="vested",
        source_kind="transfer",
        source_id=uuid7(),
        guild=guild.pk,
        unit="PTS",
        source=AccountName("pts_pending", subject.pk),
        target=AccountName("pts_available", subject.pk),
        amount=amount,
        policy_version=1,
        arithmetic={},
        pending=minted,
    )


def test_an_approval_posts_rep_and_as_many_pending_points(guild: Guild, person: Subject) -> None:
    posted = transfer(approval(guild, person, 23), now=NOW)
    assert [(p.request.unit, p.is_replay) for p in posted] == [("REP", False), ("PTS", False)]
    got = balances([person.pk], guild.pk)
    assert (got.rep, got.pts_pending, got.pts_available) == (23, 23, 0)
    stored = Transfer.objects.get(pk=posted[0].id)
    assert (stored.amount, stored.effective_at, stored.arithmetic["points"]) == (23, NOW, 23)
    assert sorted(stored.entries.values_list("account__kind", "amount")) == [("issuance", -23), ("rep", 23)]


def test_zero_points_post_nothing(guild: Guild, person: Subject) -> None:
    assert transfer(approval(guild, person, 0), now=NOW) == []
    assert not Account.objects.exists()


def test_an_import_mints_reputation_only_and_is_effective_when_it_was_done(guild: Guild, person: Subject) -> None:
    done = NOW - timedelta(days=1200)
    earned = {
        "source_kind": "session",
        "source_id": uuid7(),
        "guild": guild.pk,
        "subject": person.pk,
        "points": 15,
    }
    requests = import_transfers(**earned, policy_version=1, arithmetic={}, effective_at=done)  # type: ignore[arg-type]
    [posted] = transfer(requests, now=NOW)
    assert Transfer.objects.get(pk=posted.id).effective_at == done
    got = balances([person.pk], guild.pk)
    assert (got.rep, got.pts_pending) == (15, 0)
    with pytest.raises(ValueError, match="date of the work"):
        import_transfers(**earned, policy_version=1, arithmetic={})  # type: ignore[arg-type]


def test_approval_and_review_pay_go_in_one_call_of_one_statement(
    guild: Guild, person: Subject, django_assert_num_queries: object
) -> None:
    reviewer = Subject.objects.create()
    pay = review_pay_transfers(
        source_kind="review", source_id=uuid7(), guild=guild.pk, subject=reviewer.pk, points=2, policy_version=1,
        arithmetic={}, vests_on=VESTS,
    )  # fmt: skip
    with django_assert_num_queries(1):  # type: ignore[operator]
        transfer([*approval(guild, person), *pay], now=NOW)
    assert balances([reviewer.pk], guild.pk).rep == balances([reviewer.pk], guild.pk).pts_pending == 2


def test_a_retried_job_posts_once_and_gets_what_was_posted_then(guild: Guild, person: Subject) -> None:
    requests = approval(guild, person)
    first = transfer(requests, now=NOW)
    again = transfer(requests, now=NOW + timedelta(hours=3))
    assert [p.id for p in again] == [p.id for p in first]
    assert all(p.is_replay for p in again)
    assert balances([person.pk], guild.pk).rep == 23
    assert Entry.objects.count() == 4


def test_new_and_repeated_requests_mix_in_one_call(guild: Guild, person: Subject) -> None:
    old, new = approval(guild, person, 5), approval(guild, person, 7)
    transfer(old, now=NOW)
    posted = transfer([new[0], old[0], new[1], new[0]], now=NOW)
    assert [p.is_replay for p in posted] == [False, True, False, True]
    assert posted[3].id == posted[0].id
    assert balances([person.pk], guild.pk).rep == 12


@pytest.mark.parametrize("change", [{"amount": 24}, {"policy_version": 2}, {"arithmetic": {"points": 1}}])
def test_a_key_is_not_used_for_another_transfer(guild: Guild, person: Subject, change: dict[str, object]) -> None:
    [rep, _pts] = approval(guild, person)
    transfer([rep], now=NOW)
    with pytest.raises(KeyReused), transaction.atomic():
        transfer([replace(rep, **change)], now=NOW)  # type: ignore[arg-type]
    assert balances([person.pk], guild.pk).rep == 23


def test_a_source_is_not_posted_again_under_another_key(guild: Guild, person: Subject) -> None:
    [rep, pts] = approval(guild, person)
    transfer([rep, pts], now=NOW)
    with pytest.raises(AlreadyPosted), transaction.atomic():
        transfer([replace(rep, idempotency_key="another")], now=NOW)


def test_a_refusal_takes_the_whole_call_with_it(guild: Guild, person: Subject) -> None:
    [_rep, pts] = transfer(approval(guild, person, 10), now=NOW)
    with pytest.raises(NotEnoughPoints), transaction.atomic():
        transfer([*approval(guild, person, 5), vesting(guild, person, 16, pts.id)], now=NOW)
    got = balances([person.pk], guild.pk)
    assert (got.rep, got.pts_pending, Transfer.objects.count()) == (10, 10, 2)


def test_points_become_available_once_and_only_where_they_pend(guild: Guild, person: Subject) -> None:
    [rep, pts] = transfer(approval(guild, person, 5), now=NOW)
    transfer(
        [*approval(guild, person, 4), vesting(guild, person, 3, pts.id), vesting(guild, person, 2, pts.id)], now=NOW
    )
    got = balances([person.pk], guild.pk)
    assert (got.pts_pending, got.pts_available) == (4, 5)
    for minted in (pts.id, rep.id, uuid7()):
        with pytest.raises(NotPending), transaction.atomic():
            transfer([vesting(guild, person, 1, minted)], now=NOW)
    assert balances([person.pk], guild.pk) == got


def test_a_thousand_transfers_in_one_call_keep_every_running_balance(guild: Guild) -> None:
    people = [Subject.objects.create() for _ in range(7)]
    dice = random.Random(4)
    requests = [r for _ in range(500) for r in approval(guild, dice.choice(people), dice.randint(1, 60))]
    posted = transfer(requests, now=NOW)
    assert len({p.id for p in posted}) == 1000
    for account in Account.objects.exclude(subject=None):
        running, entries = 0, list(account.entries.order_by("version"))
        for version, entry in enumerate(entries, start=1):
            running += entry.amount
            assert (entry.version, entry.balance) == (version, running)
        assert (account.balance, account.version) == (running, len(entries))
        assert bytes(account.last_hash) == bytes(entries[-1].hash)
    total = sum(r.amount for r in requests if r.unit == "REP")
    issued = Entry.objects.filter(account__kind="issuance", account__unit="REP")
    assert -sum(issued.values_list("amount", flat=True)) == total


def test_nothing_is_effective_in_the_future(guild: Guild, person: Subject) -> None:
    [rep, _] = approval(guild, person)
    with pytest.raises(ValueError, match="future"):
        transfer([replace(rep, effective_at=NOW + timedelta(seconds=1))], now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "gift"},
        {"unit": "EUR"},
        {"amount": 0},
        {"amount": 1.5},
        {"amount": True},
        {"arithmetic": {"factor": 1.15}},
        {"arithmetic": {"who": "asha@example.org"}},
        {"arithmetic": {"note": ["cleaned the labels"]}},
        {"source": AccountName("redeemed")},
        {"effective_at": NOW.replace(tzinfo=None)},
    ],
)
def test_a_malformed_request_never_reaches_the_database(
    guild: Guild, person: Subject, change: dict[str, object]
) -> None:
    [rep, _] = approval(guild, person)
    with pytest.raises(ValueError):
        replace(rep, **change)  # type: ignore[arg-type]


def test_an_account_is_a_persons_or_a_guilds_by_its_kind(person: Subject) -> None:
    with pytest.raises(ValueError):
        AccountName("rep")
    with pytest.raises(ValueError):
        AccountName("issuance", person.pk)
    with pytest.raises(ValueError):
        AccountName("pocket", person.pk)
    assert AccountName("issuance") == ISSUANCE


def test_guilds_and_people_keep_their_own_accounts(guild: Guild, person: Subject) -> None:
    from tests.reputation.conftest import make_guild

    other = make_guild()
    transfer([*approval(guild, person, 5), *approval(other, person, 9)], now=NOW)
    assert balances([person.pk], guild.pk).rep == 5
    assert balances([person.pk], other.pk).rep == 9


def test_the_same_instant_in_another_zone_is_the_same_transfer(guild: Guild, person: Subject) -> None:
    """The stored hash must not depend on the time zone of whoever computes it."""
    from reputation.integrity import CHECKS, findings

    transfer(approval(guild, person), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Kolkata'")
    assert [f for check in CHECKS for f in findings(check)] == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")


def test_builders_number_the_transfers_of_one_source(guild: Guild, person: Subject) -> None:
    requests = approval_transfers(
        source_kind="contribution", source_id=uuid7(), guild=guild.pk, subject=person.pk, points=1, policy_version=1,
        arithmetic={}, vests_on=VESTS,
    )  # fmt: skip
    assert [r.sequence for r in requests] == [0, 1]
    assert len({r.idempotency_key for r in requests}) == 2
