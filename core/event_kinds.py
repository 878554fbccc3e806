"""Every kind of event and the shape of its data: a closed list, without personal data.

A field's value is a UUID, an integer, a slug-like word or a calendar date; free text, names, addresses and
clock times of people never enter an event, because events are hashed into the public log for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

_WORD = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,79}")
_OBJECT_KIND = re.compile(r"[a-z][a-z_]{0,39}")
#: The largest integer that every reader of JSON holds exactly (RFC 8785 refuses more).
_INT_MOST = 2**53 - 1

#: Fields whose value is the Subject id of a person. Erasing that person deletes the salts of these events.
PERSON_FIELDS = ("subject", "alias")

#: kind -> {field: "uuid" | "int" | "word" | "date"}; every field may be left out.
EVENT_KINDS: dict[str, dict[str, str]] = {
    "token.made": {"subject": "uuid"},
    "token.revoked": {"subject": "uuid"},
    "guild.opened": {},
    "guild.declined": {"subject": "uuid"},
    "guild.boards_switched": {"on": "int"},
    "guild.joining_changed": {"joining": "word"},
    "guild.policy_published": {"version": "int"},
    "guild.policy_drafted": {},
    "guild.policy_draft_discarded": {},
    "guild.closing_proposed": {},
    "guild.closing_withdrawn": {},
    "guild.closed": {},
    "join_request.made": {"subject": "uuid"},
    "join_request.accepted": {"subject": "uuid"},
    "join_request.declined": {"subject": "uuid"},
    "join_request.withdrawn": {"subject": "uuid"},
    "invite.made": {"uses": "int", "until": "date"},
    "invite.revoked": {},
    "invitations.started": {"count": "int", "until": "date"},
    "invitations.paused": {"why": "word"},
    "invitations.resumed": {},
    "invitations.stopped": {},
    "invitations.withdrawn": {"count": "int"},
    "invitations.finished": {"sent": "int", "unknown": "int", "failed": "int"},
    "membership.joined": {"subject": "uuid", "way": "word"},
    "membership.left": {"subject": "uuid"},
    "grant.given": {"subject": "uuid", "right": "word", "until": "date"},
    "grant.revoked": {"subject": "uuid", "right": "word"},
    "stewardship.offered": {"subject": "uuid"},
    "stewardship.accepted": {"subject": "uuid"},
    "stewardship.declined": {"subject": "uuid"},
    "stewardship.withdrawn": {"subject": "uuid"},
    "problem.drafted": {},
    "problem.changed": {"from_state": "word", "to_state": "word", "original": "uuid"},
    "problem.discarded": {},
    "problem.endorsed": {"endorsement": "word"},
    "problem.endorsement_withdrawn": {},
    "voice.added": {"problem": "uuid"},
    "voice.withdrawn": {"problem": "uuid"},
    "project.proposed": {"problem": "uuid"},
    "project.changed": {"from_state": "word", "to_state": "word"},
    "task.drafted": {"project": "uuid"},
    "task.published": {"project": "uuid", "difficulty": "word", "estimate_minutes": "int"},
    "task.claimed": {"project": "uuid", "subject": "uuid"},
    "task.released": {"project": "uuid", "subject": "uuid"},
    "task.extended": {"project": "uuid", "subject": "uuid"},
    "task.claim_reminded": {"project": "uuid", "subject": "uuid"},
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
    "contribution.verdict_dropped": {"subject": "uuid", "project": "uuid", "why": "word"},
    "contribution.rejected": {"subject": "uuid", "project": "uuid", "review": "uuid"},
    "review.assigned": {"subject": "uuid", "project": "uuid"},
    "review.reminded": {"subject": "uuid", "project": "uuid"},
    "review.overdue": {"subject": "uuid", "project": "uuid"},
    "review.looked_at": {"subject": "uuid", "project": "uuid", "review": "uuid", "outcome": "word"},
    "integrity.found": {"pattern": "word", "people": "int"},
    "integrity.closed": {"pattern": "word", "outcome": "word"},
    "challenge.opened": {"subject": "uuid", "project": "uuid", "challenge": "uuid", "way": "word"},
    "challenge.seeded": {"challenge": "uuid", "size": "int"},
    "challenge.drawn": {"challenge": "uuid", "seats": "int", "panel": "word"},
    "challenge.seat_asked": {"challenge": "uuid", "subject": "uuid", "place": "int"},
    "challenge.seat_left": {"challenge": "uuid", "subject": "uuid", "why": "word"},
    "challenge.upheld": {"subject": "uuid", "project": "uuid", "challenge": "uuid"},
    "challenge.overturned": {
        "subject": "uuid",
        "project": "uuid",
        "challenge": "uuid",
        "points": "int",
        "before": "int",
    },
    "vouch.given": {"subject": "uuid"},
    "vouch.withdrawn": {"subject": "uuid"},
    "vouch.revoked": {"subject": "uuid"},
    "sanction.put": {"subject": "uuid", "stops": "word", "until": "date"},
    "sanction.lifted": {"subject": "uuid", "stops": "word"},
    "contribution.vested": {"subject": "uuid", "project": "uuid", "points": "int"},
    "points.expiring": {"subject": "uuid", "points": "int", "on": "date"},
    "points.expired": {"subject": "uuid", "points": "int"},
    "history.uploaded": {"project": "uuid"},
    "history.accepted": {"project": "uuid", "sessions": "int", "points": "int"},
    "case.opened": {"written": "word"},
    "case.hidden": {"written": "word", "subject": "uuid"},
    "case.dismissed": {"written": "word", "subject": "uuid"},
    "case.shown": {"written": "word", "subject": "uuid"},
    "case.appealed": {"written": "word", "subject": "uuid"},
    "case.upheld": {"written": "word", "subject": "uuid"},
    "case.overturned": {"written": "word", "subject": "uuid"},
    "identity.claimed": {"alias": "uuid", "subject": "uuid"},
    "person.erased": {},
    "log_key.published": {"number": "int", "reason": "word"},
}

_CHECKS: dict[str, Callable[[Any], bool]] = {
    "uuid": lambda v: isinstance(v, str) and str(UUID(v)) == v,
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool) and abs(v) <= _INT_MOST,
    "word": lambda v: isinstance(v, str) and _WORD.fullmatch(v) is not None,
    "date": lambda v: isinstance(v, str) and date.fromisoformat(v).isoformat() == v,
}


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """The data with UUIDs as text and empty fields left out: what is stored, hashed and checked."""
    return {k: str(v) if isinstance(v, UUID) else v for k, v in data.items() if v is not None}


def check_event(kind: str, object_kind: str, data: dict[str, Any]) -> None:
    """Raise ValueError when `kind` is unknown, `object_kind` is no plain word, or `data` does not fit its shape."""
    shape = EVENT_KINDS.get(kind)
    if shape is None:
        raise ValueError(f"Event kind {kind!r} is not in core/event_kinds.py.")
    if _OBJECT_KIND.fullmatch(object_kind) is None:
        raise ValueError(f"An event's object kind is one small word, not {object_kind!r}.")
    for field, value in data.items():
        if field not in shape:
            raise ValueError(f"Event kind {kind!r} has no field {field!r}.")
        try:
            fits = _CHECKS[shape[field]](value)
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(f"{kind}.{field} must be of type {shape[field]}, not {value!r}.")


def people_in(*, actor: UUID | None, object_kind: str, object_id: UUID, data: dict[str, Any]) -> set[UUID]:
    """The Subject ids that an event names: who did it, whom it is about."""
    found = {UUID(data[field]) for field in PERSON_FIELDS if field in data}
    if actor is not None:
        found.add(actor)
    if object_kind == "subject":
        found.add(object_id)
    return found
