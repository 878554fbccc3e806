"""Every kind of event and the shape of its data: a closed list, without personal data.

A field's value is a UUID, an integer, a slug-like word or a calendar date; free text, names, addresses and
clock times of people never enter an event, because events are hashed into the public log for ever.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

_WORD = re.compile(r"^[a-z0-9][a-z0-9_.:-]{0,79}$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")

#: kind -> {field: "uuid" | "int" | "word" | "date"}; every field may be left out.
EVENT_KINDS: dict[str, dict[str, str]] = {
    "guild.opened": {},
    "guild.policy_published": {"version": "int"},
    "membership.joined": {"subject": "uuid"},
    "membership.left": {"subject": "uuid"},
    "grant.given": {"subject": "uuid", "right": "word", "until": "date"},
    "grant.revoked": {"subject": "uuid", "right": "word"},
    "problem.drafted": {},
    "problem.changed": {"from_state": "word", "to_state": "word"},
    "project.proposed": {"problem": "uuid"},
    "project.changed": {"from_state": "word", "to_state": "word"},
    "task.drafted": {"project": "uuid"},
    "task.published": {"project": "uuid", "difficulty": "word", "estimate_minutes": "int"},
    "task.claimed": {"project": "uuid", "subject": "uuid"},
    "task.released": {"project": "uuid", "subject": "uuid"},
    "task.changed": {"project": "uuid", "from_state": "word", "to_state": "word"},
    "contribution.drafted": {"subject": "uuid", "project": "uuid", "task": "uuid", "minutes": "int"},
    "contribution.submitted": {"subject": "uuid", "project": "uuid", "task": "uuid", "minutes": "int"},
    "contribution.withdrawn": {"subject": "uuid", "project": "uuid"},
    "contribution.taken": {"subject": "uuid", "project": "uuid"},
    "contribution.returned": {"subject": "uuid", "project": "uuid", "review": "uuid"},
    "contribution.approved": {
        "subject": "uuid",
        "project": "uuid",
        "task": "uuid",
        "review": "uuid",
        "minutes": "int",
        "points": "int",
        "policy_version": "int",
    },
    "contribution.rejected": {"subject": "uuid", "project": "uuid", "review": "uuid"},
    "history.uploaded": {"project": "uuid"},
    "history.accepted": {"project": "uuid", "sessions": "int", "points": "int"},
    "identity.claimed": {"alias": "uuid", "subject": "uuid"},
    "person.erased": {},
}

_CHECKS = {
    "uuid": lambda v: isinstance(v, str) and str(UUID(v)) == v,
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "word": lambda v: isinstance(v, str) and bool(_WORD.match(v)),
    "date": lambda v: isinstance(v, str) and bool(_DATE.match(v)),
}


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """The data with UUIDs as text and empty fields left out: what is stored, hashed and checked."""
    return {k: str(v) if isinstance(v, UUID) else v for k, v in data.items() if v is not None}


def check_event(kind: str, data: dict[str, Any]) -> None:
    """Raise ValueError when `kind` is unknown or `data` does not fit its shape."""
    shape = EVENT_KINDS.get(kind)
    if shape is None:
        raise ValueError(f"Event kind {kind!r} is not in core/event_kinds.py.")
    for field, value in data.items():
        if field not in shape:
            raise ValueError(f"Event kind {kind!r} has no field {field!r}.")
        try:
            fits = _CHECKS[shape[field]](value)
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(f"{kind}.{field} must be a {shape[field]}, not {value!r}.")
