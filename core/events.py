"""Recording what happened, and bringing it to everybody who asked to hear of it.

The transaction that writes an event writes one `Delivery` per subscribed consumer. `deliver_events` runs a
consumer's handler over a batch and deletes the rows in the same transaction, so the handler's database
effects happen once. Turned down: a position per consumer over transaction ids, because one open transaction
anywhere stalls it and a dump and restore skips events in silence.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import registries
from core.event_kinds import check_event, plain
from core.models import Delivery, Event

logger = logging.getLogger(__name__)

BATCH = 500
MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=5)


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
    for event in events:
        check_event(event.kind, event.data)
    Event.objects.bulk_create(events, batch_size=1000)
    deliveries = [
        Delivery(consumer=consumer, event=event, due_at=now)
        for event in events
        for consumer in registries.consumers_of(event.kind)
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=1000)
    if deliveries:
        from core.jobs import nudge_consumers

        nudge_consumers({d.consumer for d in deliveries})


def deliver_events(consumer: str, *, now: datetime, limit: int = BATCH) -> int:
    """Run `consumer`'s handler over its due events and forget them; returns how many rows were looked at.

    A failed batch is retried one by one under savepoints: what works is done, what fails waits with a
    growing delay, and after eight attempts is parked for a person. A handler must therefore be safe to run
    twice and must not assume an order.
    """
    subscription = registries.subscription(consumer)
    if subscription is None:
        return 0
    with transaction.atomic():
        rows = list(
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(consumer=consumer, parked_at__isnull=True, due_at__lte=now)
            .select_related("event")
            .order_by("due_at", "id")[:limit]
        )
        if not rows:
            return 0
        done = _run(subscription, rows, now=now)
        Delivery.objects.filter(pk__in=[row.pk for row in done]).delete()
    return len(rows)


def consumers_with_due_events(*, now: datetime) -> list[str]:
    """Names of the consumers for which something is due; those that no installed app claims are left out."""
    due = Delivery.objects.filter(parked_at__isnull=True, due_at__lte=now)
    names = due.order_by("consumer").values_list("consumer", flat=True).distinct()
    return [name for name in names if registries.subscription(name) is not None]


def _run(subscription: registries.Subscription, rows: list[Delivery], *, now: datetime) -> list[Delivery]:
    """Rows whose handler succeeded; the others are put off or parked."""
    try:
        with transaction.atomic():
            subscription.handler([row.event for row in rows])
        return rows
    except Exception:
        logger.exception("Consumer %s failed on a batch of %d; one by one now.", subscription.consumer, len(rows))
    done, failed = [], []
    for row in rows:
        try:
            with transaction.atomic():
                subscription.handler([row.event])
            done.append(row)
        except Exception as error:  # whatever a handler throws must not hold up the others
            _put_off(row, error, now=now)
            failed.append(row)
    Delivery.objects.bulk_update(failed, ["attempts", "due_at", "error", "parked_at"])
    return done


def _put_off(row: Delivery, error: Exception, *, now: datetime) -> None:
    row.attempts += 1
    row.error = f"{type(error).__name__}: {error}"[:2000]
    row.due_at = now + FIRST_DELAY * 2 ** (row.attempts - 1)
    if row.attempts >= MAX_ATTEMPTS:
        row.parked_at = now
        logger.error("Event %s parked for %s: %s", row.event_id, row.consumer, row.error)


def retry_parked(delivery_id: int, *, now: datetime) -> None:
    """Put a parked delivery back in the queue with its attempts forgotten."""
    Delivery.objects.filter(pk=delivery_id, parked_at__isnull=False).update(
        parked_at=None, attempts=0, due_at=now, error=""
    )


def drop_parked(delivery_id: int) -> None:
    """Forget a parked delivery: a person decided that this consumer can live without it."""
    Delivery.objects.filter(pk=delivery_id, parked_at__isnull=False).delete()


def backfill_consumer(consumer: str, *, now: datetime) -> int:
    """Give a consumer every past event of its kinds; safe to run twice. Returns how many rows were added."""
    subscription = registries.subscription(consumer)
    if subscription is None:
        raise ValueError(f"No installed app has a consumer {consumer!r}.")
    from django.db import connection

    kinds = None if subscription.kinds is None else sorted(subscription.kinds)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_delivery (consumer, event_id, attempts, due_at, error)"
            " SELECT %s, id, 0, %s, '' FROM core_event WHERE %s::text[] IS NULL OR kind = ANY(%s)"
            " ON CONFLICT (event_id, consumer) DO NOTHING",
            [consumer, now, kinds, kinds],
        )
        return int(cursor.rowcount)
