"""Bringing events to the consumers that asked for them: once each, in batches, with patience for what fails."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from core import registries
from core.models import Delivery
from core.registries import Subscription

logger = logging.getLogger(__name__)

BATCH = 500
MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=5)
#: How many batches one run brings to one consumer before it lets another job have the worker.
BATCHES_PER_RUN = 20
ERROR_LENGTH = 500


def deliver_events(consumer: str, *, now: datetime, limit: int = BATCH) -> int:
    """Run `consumer`'s handler over its due events and forget them; returns how many rows were looked at.

    The handler's database effects and the deletion of its rows commit together, so they happen once. A failed
    batch is tried again one by one under savepoints: what works is done; what fails waits with a growing delay, is
    kept out of batches from then on, and after eight attempts is parked for a person. A handler must therefore be
    safe to run twice and must not assume an order.
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
        done = _try_rows(subscription, rows, now=now)
        Delivery.objects.filter(pk__in=[row.pk for row in done]).delete()
    return len(rows)


def deliver_until_empty(consumer: str, *, now: datetime, batches: int = BATCHES_PER_RUN) -> int:
    """Deliver batch after batch until nothing is due at `now`, or `batches` are done; returns rows looked at."""
    seen = 0
    for _ in range(batches):
        found = deliver_events(consumer, now=now)
        seen += found
        if found < BATCH:
            break
    return seen


def consumers_with_due_events(*, now: datetime) -> list[str]:
    """Names of the consumers for which something is due; those that no installed app claims are left out."""
    names = [subscription.consumer for subscription in registries.subscriptions()]
    with connection.cursor() as cursor:
        # A probe of the index per name: DISTINCT would read the whole backlog.
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE EXISTS (SELECT FROM core_delivery"
            " WHERE consumer = name AND parked_at IS NULL AND due_at <= %s)",
            [names, now],
        )
        return [name for (name,) in cursor.fetchall()]


def retry_parked(delivery_id: int, *, now: datetime) -> bool:
    """Put a parked delivery back in the queue with its attempts forgotten; False when it is not parked any more."""
    parked = Delivery.objects.filter(pk=delivery_id, parked_at__isnull=False)
    return bool(parked.update(parked_at=None, attempts=0, due_at=now, error=""))


def drop_parked(delivery_id: int) -> bool:
    """Forget a parked delivery: a person decided that this consumer can live without it. False when it is gone."""
    deleted, _by_model = Delivery.objects.filter(pk=delivery_id, parked_at__isnull=False).delete()
    return bool(deleted)


def backfill_consumer(consumer: str, *, now: datetime) -> int:
    """Give a consumer every past event of its kinds, handled before or not; returns how many rows were added.

    Safe to run twice, because handlers are. What already waits or is parked stays as it is. Raises ValueError for a
    name that no installed app claims.
    """
    subscription = registries.subscription(consumer)
    if subscription is None:
        raise ValueError(f"No installed app has a consumer {consumer!r}.")
    kinds = None if subscription.kinds is None else sorted(subscription.kinds)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_delivery (consumer, event_id, attempts, due_at, error)"
            " SELECT %s, id, 0, %s, '' FROM core_event WHERE %s::text[] IS NULL OR kind = ANY(%s)"
            " ORDER BY id ON CONFLICT (event_id, consumer) DO NOTHING",
            [consumer, now, kinds, kinds],
        )
        return int(cursor.rowcount)


def _try_rows(subscription: Subscription, rows: list[Delivery], *, now: datetime) -> list[Delivery]:
    """Rows whose handler succeeded; the others are put off or parked, or left for the next run."""
    fresh = [row for row in rows if row.attempts == 0]
    one_by_one = [row for row in rows if row.attempts > 0]
    done: list[Delivery] = []
    failed: list[tuple[Delivery, Exception]] = []
    try:
        _run(subscription, fresh)
        done = fresh
    except SoftTimeLimitExceeded as error:
        # Something in here takes too long. There is no time left to find out what, so each waits for a run alone.
        one_by_one, failed = [], [(row, error) for row in fresh]
    except Exception:
        if not connection.is_usable():
            raise  # the database went away; no event is to blame for that
        logger.exception("Consumer %s failed on a batch of %d; one by one now.", subscription.consumer, len(fresh))
        one_by_one = rows
    for row in one_by_one:
        try:
            _run(subscription, [row])
            done.append(row)
        except Exception as error:  # whatever a handler throws must not hold up the others
            if not connection.is_usable():
                raise
            failed.append((row, error))
            if isinstance(error, SoftTimeLimitExceeded):
                break
    _put_off(failed, now=now)
    return done


def _run(subscription: Subscription, rows: Sequence[Delivery]) -> None:
    """Run the handler under a savepoint, and let what it wrote meet its constraints there.

    Foreign keys are checked at commit otherwise, where one bad row would take the whole run with it, again and again.
    """
    if not rows:
        return
    with transaction.atomic():
        subscription.handler([row.event for row in rows])
        connection.check_constraints()


def _put_off(failed: list[tuple[Delivery, Exception]], *, now: datetime) -> None:
    for row, error in failed:
        row.attempts += 1
        row.error = describe_error(error)
        row.due_at = now + FIRST_DELAY * 2 ** (row.attempts - 1)
        if row.attempts >= MAX_ATTEMPTS:
            row.parked_at = now
            logger.error("Event %s parked for %s: %s", row.event_id, row.consumer, row.error)
    Delivery.objects.bulk_update([row for row, _error in failed], ["attempts", "due_at", "error", "parked_at"])


def describe_error(error: Exception) -> str:
    """One line of an error that a column can hold, and where it was raised.

    The first line only: below it Postgres repeats the values of the row, which may be somebody's words.
    """
    said = "".join(traceback.format_exception_only(error)).strip().splitlines()[0]
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name})" if frames else ""
    text = said[: ERROR_LENGTH - len(where)] + where
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
