"""Events of nobody in particular, consumers that come and go, and a way behind the guards, for core's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core import registries
from core.events import record_event
from core.ids import uuid7
from core.models import Delivery, Event
from tests import databases

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def happen(
    *, kind: str = "guild.policy_published", now: datetime = NOW, actor: UUID | None = None, **data: Any
) -> Event:
    """Something happened: one event, in a transaction of its own."""
    with transaction.atomic():
        return record_event(
            kind, now=now, actor=actor or uuid7(), guild=uuid7(), object_kind="guild", object_id=uuid7(), data=data
        )


@contextmanager
def consumer(name: str, handler: registries.Consumer, kinds: set[str] | None = None) -> Iterator[str]:
    """A consumer that is registered for the length of a test."""
    registries.subscribe(name, handler, kinds)
    try:
        yield name
    finally:
        del registries._subscriptions[name]


@contextmanager
def behind_the_guards() -> Iterator[Any]:
    """A cursor of a superuser for whom no trigger fires: somebody with a key to the server room."""
    with databases.superuser(str(connection.settings_dict["NAME"])) as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor


def waiting(name: str) -> list[Delivery]:
    """What a consumer has still to see or has parked, the oldest first."""
    return list(Delivery.objects.filter(consumer=name).order_by("id"))
