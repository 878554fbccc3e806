"""The public log: gapless, right under many hands, and the same for everybody who reads its definition."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection, transaction

from core.deliveries import backfill_consumer, deliver_events
from core.ids import uuid7
from core.models import Delivery, Event, LogEntry, LogRoot
from core.ops import log_state
from core.public_log import CONSUMER, append_events
from tests.core.happenings import NOW, happen
from tests.core.test_merkle import naive_root


def entries() -> list[LogEntry]:
    return list(LogEntry.objects.select_related("event__salt").order_by("seq"))


def as_documented(event: Event) -> bytes:
    """The document of an event as core/public_log.py describes it, written without guildhub or rfc8785.

    Our values hold small ASCII text and integers only, for which RFC 8785 is sorted JSON without spaces.
    """
    document = {
        "actor": event.actor and str(event.actor),
        "data": event.data,
        "guild": event.guild and str(event.guild),
        "id": str(event.pk),
        "kind": event.kind,
        "object": {"id": str(event.object_id), "kind": event.object_kind},
        "occurred_at": event.occurred_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def content(entry: LogEntry) -> bytes:
    return bytes(entry.event.salt.salt) + as_documented(entry.event)


def test_every_event_gets_its_place_its_salt_and_its_leaf(db: None) -> None:
    events = [
        happen(),
        happen(kind="guild.policy_published", version=3, now=NOW + timedelta(microseconds=120)),
        happen(kind="grant.given", subject=uuid7(), right="reviewer", until="2026-12-31"),
    ]
    deliver_events(CONSUMER, now=NOW + timedelta(seconds=1))
    found = entries()
    assert [entry.seq for entry in found] == [0, 1, 2]
    assert [entry.event_id for entry in found] == [event.pk for event in events]
    assert [bytes(entry.leaf_hash) for entry in found] == [sha256(b"\x00" + content(entry)).digest() for entry in found]
    assert len({bytes(entry.event.salt.salt) for entry in found}) == 3
    assert {len(entry.event.salt.salt) for entry in found} == {16}


def test_a_root_is_published_with_every_batch_and_covers_all_that_came_before(db: None) -> None:
    for batch in (3, 1, 4):
        for _ in range(batch):
            happen()
        deliver_events(CONSUMER, now=NOW)
    contents = [content(entry) for entry in entries()]
    roots = {root.size: bytes(root.root_hash) for root in LogRoot.objects.all()}
    assert roots == {size: naive_root(contents[:size]) for size in (3, 4, 8)}


def test_events_without_actor_guild_and_data_have_their_place_too(db: None) -> None:
    event = Event.objects.create(kind="person.erased", object_kind="subject", object_id=uuid7(), occurred_at=NOW)
    append_events([event], now=NOW)
    [entry] = entries()
    assert b'"actor":null' in as_documented(event)
    assert bytes(entry.leaf_hash) == sha256(b"\x00" + content(entry)).digest()


def test_appending_twice_is_appending_once(db: None) -> None:
    events = [happen() for _ in range(3)]
    assert append_events(events, now=NOW) == 3
    assert append_events([events[1], happen(), events[1]], now=NOW) == 1
    assert append_events(events, now=NOW) == 0
    assert [entry.seq for entry in entries()] == [0, 1, 2, 3]
    assert LogRoot.objects.count() == 2


def test_backfilling_the_log_changes_nothing_that_has_its_place(db: None) -> None:
    happen()
    deliver_events(CONSUMER, now=NOW)
    before = LogRoot.objects.values_list("size", "root_hash").get()
    backfill_consumer(CONSUMER, now=NOW)
    assert deliver_events(CONSUMER, now=NOW) == 1
    assert LogRoot.objects.values_list("size", "root_hash").get() == before


def test_a_batch_takes_as_many_statements_as_a_single_event(db: None, django_assert_max_num_queries: object) -> None:
    events = [happen() for _ in range(300)]
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        append_events(events, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_four_sequencers_at_once_leave_no_gap_and_no_double() -> None:
    with transaction.atomic():
        for _ in range(240):
            happen()

    def sequence(_n: int) -> int:
        try:
            seen = 0
            while found := deliver_events(CONSUMER, now=NOW, limit=7):
                seen += found
            return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(sequence, range(4))) == 240
    found = entries()
    assert [entry.seq for entry in found] == list(range(240))
    assert len({entry.event_id for entry in found}) == 240
    assert bytes(LogRoot.objects.get(size=240).root_hash) == naive_root([content(entry) for entry in found])
    assert not Delivery.objects.filter(consumer=CONSUMER).exists()


def test_ops_tells_how_far_the_log_is(db: None) -> None:
    assert (log_state(now=NOW).size, log_state(now=NOW).waiting) == (0, 0)
    event = happen()
    event.refresh_from_db()
    assert log_state(now=NOW).waiting == 1
    assert log_state(now=NOW).oldest_waiting_since == event.recorded_at
    deliver_events(CONSUMER, now=NOW)
    state = log_state(now=NOW)
    assert (state.size, state.waiting, state.oldest_waiting_since) == (1, 0, None)
    assert state.root_hash == bytes(entries()[0].leaf_hash).hex()
