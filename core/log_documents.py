"""Which bytes a leaf of the public log is the hash of; without Django, so that a dump can be checked anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import rfc8785


def event_document(
    *,
    event_id: UUID | str,
    kind: str,
    actor: UUID | str | None,
    guild: UUID | str | None,
    object_kind: str,
    object_id: UUID | str,
    data: dict[str, Any],
    occurred_at: datetime,
) -> bytes:
    """The canonical JSON of an event, as the docstring of `core.public_log` describes it."""
    return rfc8785.dumps(
        {
            "id": str(event_id),
            "kind": kind,
            "actor": str(actor) if actor else None,
            "guild": str(guild) if guild else None,
            "object": {"kind": object_kind, "id": str(object_id)},
            "data": data,
            "occurred_at": occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
    )
