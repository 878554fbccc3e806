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
from django.db.models import Model

from core import registries
from core.deliveries import deliver_events
from core.event_kinds import check_event, plain
from core.jobs import nudge_consumers
from core.models import Delivery, Event
from core.request_ids import current_request_id
from core.writes import fresh, write_rows

__all__ = ["deliver_events", "new_event", "record_event", "record_events"]


def new_event(
    kind: str,
    *,
    now: datetime,
    actor: UUID | None,
    guild: UUID | None,
    object_kind: str,
    object_id: UUID,
    data: dict[str, Any] | None = None,
) -> Event:
    """An event that is not written yet: for `record_events`, or for `change_state` to write with its step."""
    return fresh(
        Event,
        kind=kind,
        actor=actor,
        guild=guild,
        object_kind=object_kind,
        object_id=object_id,
        data=plain(data or {}),
        occurred_at=now,
    )


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
    """Write one event and its deliveries inside the caller's transaction. One statement.

    Raises ValueError when the kind or its data is not declared in `core/event_kinds.py`, and RuntimeError
    outside a transaction, because an event without the change it tells of would be a lie.
    """
    event = new_event(kind, now=now, actor=actor, guild=guild, object_kind=object_kind, object_id=object_id, data=data)
    record_events([event], now=now)
    return event


#: So many events go along with their change in one statement; more are a batch of their own.
_FEW = 8

_DELIVERIES = """
INSERT INTO core_delivery (consumer, event_id, attempts, due_at, error)
SELECT consumer, event_id, 0, %s, '' FROM unnest(%s::text[], %s::uuid[]) AS d (consumer, event_id)
"""


def record_events(
    events: Sequence[Event],
    *,
    now: datetime,
    new: Sequence[Model] = (),
    changed: tuple[Model, Sequence[str]] | None = None,
) -> None:
    """Write events and their deliveries inside the caller's transaction, and the rows of the change they tell of.

    A few events take one statement with all of it (`new` and `changed` as in `core.writes.write_rows`), many take two more.
    """
    if events and not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of the change it tells of.")
    request_id = current_request_id()
    for event in events:
        check_event(event.kind, event.object_kind, event.data)
        if request_id:
            event.request_id = UUID(request_id)
    due = [(consumer, event.pk) for event in events for consumer in registries.consumers_of(event.kind)]
    if len(events) <= _FEW:
        deliveries = (_DELIVERIES, [now, [consumer for consumer, _pk in due], [str(pk) for _consumer, pk in due]])
        write_rows([*new, *events], changed=changed, also=deliveries if due else None)
    else:
        if new or changed:
            write_rows(new, changed=changed)
        for event in events:  # `fresh` leaves to the database what is the database's; `bulk_create` wants it said
            vars(event).setdefault("recorded_at", Event._meta.get_field("recorded_at").get_default())
        Event.objects.bulk_create(events, batch_size=1000)
        rows = [Delivery(consumer=consumer, event_id=pk, due_at=now) for consumer, pk in due]
        Delivery.objects.bulk_create(rows, batch_size=1000)
    if due:
        nudge_consumers({consumer for consumer, _pk in due})
