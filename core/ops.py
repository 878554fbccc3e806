"""What /ops/ shows of deliveries and of the public log: what is parked, who lags behind, by how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from core import registries
from core.models import Delivery, LogRoot
from core.public_log import CONSUMER


@dataclass(frozen=True)
class ConsumerState:
    """How one consumer stands. `oldest_due_at` is None when nothing is due; `is_known` False when no app claims it."""

    consumer: str
    waiting: int
    oldest_due_at: datetime | None
    parked: int
    is_known: bool


@dataclass(frozen=True)
class LogState:
    """How far the public log is: its size and root, and how many events have no place in it yet."""

    size: int
    root_hash: str
    published_at: datetime | None
    waiting: int
    oldest_waiting_since: datetime | None


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


def log_state() -> LogState:
    """The latest root, and the events that wait for the sequencer, in two statements."""
    last = LogRoot.objects.order_by("-size").first()
    behind = Delivery.objects.filter(consumer=CONSUMER).aggregate(n=Count("pk"), since=Min("event__recorded_at"))
    return LogState(
        size=last.size if last else 0,
        root_hash=bytes(last.root_hash).hex() if last else "",
        published_at=last.published_at if last else None,
        waiting=behind["n"],
        oldest_waiting_since=behind["since"],
    )
