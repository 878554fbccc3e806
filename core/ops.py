"""What /ops/ shows of deliveries and of the public log: what is parked, who lags behind, by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from core import registries
from core.models import Delivery
from core.public_log import CONSUMER


@dataclass(frozen=True)
class ConsumerState:
    """How one consumer stands. `oldest_due_at` is None when nothing is due; `is_known` False when no app claims it."""

    consumer: str
    waiting: int
    oldest_due_at: datetime | None
    parked: int
    is_known: bool


#: A log that grew and was not signed for so long needs a person; it should be signed each hour.
UNSIGNED_TOO_LONG = timedelta(hours=3)
#: A key in use for longer than this should be changed; nothing breaks meanwhile.
KEY_OLD = timedelta(days=400)


@dataclass(frozen=True)
class LogState:
    """How far the public log is: its size and root, how many events have no place in it yet, and how it is signed."""

    size: int
    root_hash: str
    published_at: datetime | None
    waiting: int
    oldest_waiting_since: datetime | None
    signing: SigningState


@dataclass(frozen=True)
class SigningState:
    """The last checkpoint, what grew since, the key that signs, and what was in the way of the last attempt."""

    signed_size: int
    signed_at: datetime | None
    unsigned: int
    unsigned_since: datetime | None
    key_number: int
    key_since: datetime | None
    error: str
    is_late: bool
    is_key_old: bool

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look: signing fails, or nobody signs."""
        return bool(self.error) or self.is_late


def parked_deliveries() -> QuerySet[Delivery]:
    """Parked deliveries with their events, the latest first."""
    return Delivery.objects.filter(parked_at__isnull=False).select_related("event").order_by("-parked_at", "-id")


def consumer_states(*, now: datetime) -> list[ConsumerState]:
    """Every registered consumer, and every other that still has rows, in one statement."""
    is_waiting = Q(parked_at__isnull=True)
    rows = Delivery.objects.values("consumer").annotate(
        waiting=Count("pk", filter=is_waiting),
        parked=Count("pk", filter=~is_waiting),
        oldest=Min("due_at", filter=is_waiting & Q(due_at__lte=now)),
    )
    known = [subscription.consumer for subscription in registries.subscriptions()]
    states = {name: ConsumerState(name, 0, None, 0, is_known=True) for name in known}
    for row in rows.order_by("consumer"):
        name = row["consumer"]
        states[name] = ConsumerState(name, row["waiting"], row["oldest"], row["parked"], is_known=name in known)
    return list(states.values())


def log_state(*, now: datetime) -> LogState:
    """The latest root, the signatures, and the events that wait for the sequencer, in two statements."""
    behind = Delivery.objects.filter(consumer=CONSUMER).aggregate(n=Count("pk"), since=Min("event__recorded_at"))
    with connection.cursor() as cursor:
        cursor.execute(_LOG)
        size, root_hash, published_at, *signing = cursor.fetchone()
    return LogState(
        size=size,
        root_hash=bytes(root_hash or b"").hex(),
        published_at=published_at,
        waiting=behind["n"],
        oldest_waiting_since=behind["since"],
        signing=_signing_state(size, signing, now),
    )


_LOG = """
SELECT coalesce(l.size, 0), l.root_hash, l.published_at,
    coalesce(c.size, 0), c.signed_at, r.published_at, coalesce(k.number, 0), k.valid_from, coalesce(s.error, '')
FROM (SELECT) AS one
LEFT JOIN LATERAL (SELECT size, root_hash, published_at FROM core_logroot ORDER BY size DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT size, signed_at FROM core_logcheckpoint ORDER BY size DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (SELECT published_at FROM core_logroot WHERE size > coalesce(c.size, 0) ORDER BY size LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT number, valid_from FROM core_logkey ORDER BY number DESC LIMIT 1) k ON true
LEFT JOIN core_logsigner s ON true
"""


def _signing_state(size: int, row: Sequence[Any], now: datetime) -> SigningState:
    signed_size, signed_at, unsigned_since, key_number, key_since, error = row
    return SigningState(
        signed_size=signed_size,
        signed_at=signed_at,
        unsigned=max(0, size - signed_size),
        unsigned_since=unsigned_since,
        key_number=key_number,
        key_since=key_since,
        error=error,
        is_late=unsigned_since is not None and now - unsigned_since > UNSIGNED_TOO_LONG,
        is_key_old=key_since is not None and now - key_since > KEY_OLD,
    )
