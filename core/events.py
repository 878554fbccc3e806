"""Recording what happened, in the transaction in which it happened.

The transaction that writes an event writes one `Delivery` per subscribed consumer, and `core.deliveries` brings it
there. Turned down: a position per consumer over transaction ids, because one open transaction anywhere stalls it and
a dump and restore skips events in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import registries
from core.deliveries import deliver_events
from core.event_kinds import check_event, plain
from core.jobs import nudge_consumers
from core.models import Delivery, Event
from core.prepared import insert_row
from core.request_ids import current_request_id

__all__ = ["deliver_events", "record_event", "record_events"]


def record_event(
    kind: str,
    *,
    now: datetime,
    actor: UUID | None,
    guild: UUID | None,
    object_kind: str,
    object_id: UUID,
    data: dict[str, Any] | None = None,
) -> Event:
    """Write one event and its deliveries inside the caller's transaction.

    Raises ValueError when the kind or its data is not declared in `core/event_kinds.py`, and RuntimeError
    outside a transaction, because an event without the change it tells of would be a lie.
    """
    event = Event(
        kind=kind,
        actor=actor,
        guild=guild,
        object_kind=object_kind,
        object_id=object_id,
        data=plain(data or {}),
        occurred_at=now,
    )
    record_events([event], now=now)
    return event


def record_events(events: Sequence[Event], *, now: datetime) -> None:
    """Write many events and their deliveries in two statements, inside the caller's transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of the change it tells of.")
    request_id = current_request_id()
    for event in events:
        check_event(event.kind, event.object_kind, event.data)
        if request_id:
            event.request_id = UUID(request_id)
    if len(events) == 1:
        _write_one(events[0], now)
        return
    Event.objects.bulk_create(events, batch_size=1000)
    deliveries = [
        Delivery(consumer=consumer, event=event, due_at=now)
        for event in events
        for consumer in registries.consumers_of(event.kind)
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=1000)
    if deliveries:
        nudge_consumers({delivery.consumer for delivery in deliveries})


_DELIVERIES = """
INSERT INTO core_delivery (consumer, event_id, attempts, due_at, error)
SELECT consumer, %s, 0, %s, '' FROM unnest(%s::text[]) AS c (consumer)
"""


def _write_one(event: Event, now: datetime) -> None:
    """The same for a single event, as nearly every request writes it: a fifth of the time."""
    insert_row(event)
    consumers = registries.consumers_of(event.kind)
    if consumers:
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(_DELIVERIES, [event.pk, now, consumers])
        nudge_consumers(set(consumers))
