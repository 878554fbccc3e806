"""A guild and its people for the ledger's tests, and other logins that try what web and worker may not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from django.db import connection

from accounts.models import Subject
from core.ids import uuid7
from guilds.models import Guild
from reputation.services import TransferRequest, approval_transfers

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: The first day on which what is minted now is available.
VESTS = date(2026, 11, 28)


@pytest.fixture
def guild(db: None) -> Guild:
    """An open guild."""
    return make_guild()


@pytest.fixture
def person(db: None) -> Subject:
    """Somebody who earns points."""
    return Subject.objects.create()


def make_guild() -> Guild:
    """Another guild."""
    return Guild.objects.create(slug=f"guild-{uuid7()}", name="River Watch", state="open", created_at=NOW)


def approval(guild: Guild, subject: Subject, points: int = 23, source: UUID | None = None) -> list[TransferRequest]:
    """What one approval asks of the ledger. Its source is nothing that a higher app knows and would look for."""
    return approval_transfers(
        source_kind="deed",
        source_id=source or uuid7(),
        guild=guild.pk,
        subject=subject.pk,
        points=points,
        policy_version=1,
        arithmetic={"rule": "contribution", "points": points},
        vests_on=VESTS,
    )


@contextmanager
def logged_in_as(login: str) -> Iterator[Any]:
    """A cursor of its own on the test's database, as "owner" or "superuser"; commits when nothing was raised."""
    from guildhub import embedded

    servers = embedded.connect()
    url = {"owner": servers.migrate_database_url, "superuser": servers.superuser_database_url}[login]
    other = psycopg2.connect(url, dbname=connection.settings_dict["NAME"])
    try:
        with other, other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


def tamper(sql: str, *values: object) -> int:
    """Change rows behind the guards' back, as a superuser with triggers disabled; returns how many."""
    with logged_in_as("superuser") as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, [str(value) if isinstance(value, UUID) else value for value in values])
        return int(cursor.rowcount)
