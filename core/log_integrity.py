"""What the public log can prove of itself: each check yields one sentence per finding, naming the row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from core.merkle import Frontier, leaf_hash
from core.public_log import CONSUMER, event_document
from core.registries import register_integrity_check

#: A wrong leaf or a gap makes every later root wrong, too; so many are named, the rest is counted.
ROOTS_NAMED = 5


@dataclass
class LogCounts:
    """What a walk through the log met."""

    entries: int = 0
    roots: int = 0
    without_salt: int = 0
    last_seq: int = -1


class _Row(NamedTuple):
    """One entry beside its salt, the root published with it and its event, as far as they are there."""

    seq: int
    leaf_hash: memoryview
    named_event: UUID
    salt: memoryview | None
    root_hash: memoryview | None
    frontier: str | None
    event_id: UUID | None
    kind: str
    actor: UUID | None
    guild: UUID | None
    object_kind: str
    object_id: UUID
    data: str
    occurred_at: datetime


# One statement, so one snapshot: an entry and its root commit together, and the walk may run beside the sequencer.
_ENTRIES = """
SELECT l.seq, l.leaf_hash, l.event_id, s.salt, r.root_hash, r.frontier,
    e.id, e.kind, e.actor, e.guild, e.object_kind, e.object_id, e.data, e.occurred_at
FROM core_logentry l LEFT JOIN core_event e ON e.id = l.event_id LEFT JOIN core_logsalt s ON s.event_id = l.event_id
LEFT JOIN core_logroot r ON r.size = l.seq + 1
ORDER BY l.seq
"""

_UNLOGGED = """
SELECT format('core_event %%s (%%s, %%s): it is not in the log, and no delivery is on its way there', e.id, e.kind,
    e.occurred_at)
FROM core_event e
WHERE NOT EXISTS (SELECT FROM core_logentry l WHERE l.event_id = e.id)
    AND NOT EXISTS (SELECT FROM core_delivery d WHERE d.event_id = e.id AND d.consumer = %(consumer)s)
"""

_STRAY_ROOTS = """
SELECT format('core_logroot %%s: the log has no entry %%s that it could end with', r.size, r.size - 1)
FROM core_logroot r WHERE NOT EXISTS (SELECT FROM core_logentry l WHERE l.seq = r.size - 1)
"""

_GUARDS = """
SELECT format('trigger %%s on %%s is missing or disabled', w.name, w.held_by)
FROM (VALUES ('event_append_only', 'core_event'), ('event_no_truncate', 'core_event'),
    ('log_entry_append_only', 'core_logentry'), ('log_entry_no_truncate', 'core_logentry'),
    ('log_root_append_only', 'core_logroot'), ('log_root_no_truncate', 'core_logroot'),
    ('log_salt_stands', 'core_logsalt')) AS w (name, held_by)
WHERE NOT EXISTS (
    SELECT FROM pg_trigger g
    WHERE g.tgname = w.name AND g.tgrelid = to_regclass(w.held_by) AND g.tgenabled IN ('O', 'A'))
UNION ALL
SELECT format('login %%s may %%s %%s', r.rolname, p.privilege, l.name)
FROM pg_roles r CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege)
CROSS JOIN unnest(ARRAY['core_event', 'core_logentry', 'core_logroot']) AS l (name)
WHERE r.rolname = %(app_role)s AND has_table_privilege(r.oid, to_regclass(l.name), p.privilege)
"""


def walk_log(counts: LogCounts) -> Iterator[str]:
    """Read the log from its first entry to its last: order, leaves (where the salt is left), roots. Fills `counts`."""
    frontier, wrong_roots, row = Frontier(), 0, None
    for row in map(_Row._make, _rows(_ENTRIES)):
        if wrong := _entry_is_wrong(row, expected=counts.last_seq + 1):
            yield f"core_logentry {row.seq}: {wrong}"
        counts.last_seq = row.seq
        counts.entries += 1
        counts.without_salt += row.salt is None
        frontier = frontier.grown([bytes(row.leaf_hash)])
        if row.root_hash is None:
            continue
        counts.roots += 1
        if wrong := _root_is_wrong(row, frontier):
            wrong_roots += 1
            if wrong_roots <= ROOTS_NAMED:
                yield f"core_logroot {row.seq + 1}: {wrong}"
    if wrong_roots > ROOTS_NAMED:
        yield f"core_logroot: {wrong_roots - ROOTS_NAMED} more roots are not those of their leaves"
    if row is not None and row.root_hash is None:
        yield f"core_logentry {row.seq}: no root covers it"


def every_event_is_logged() -> Iterator[str]:
    """Every event has its place in the log, or a delivery that will bring it there."""
    for (sentence,) in _rows(_UNLOGGED, {"consumer": CONSUMER}):
        yield sentence


def every_root_has_its_leaves() -> Iterator[str]:
    """No root speaks of more leaves than there are."""
    for (sentence,) in _rows(_STRAY_ROOTS, {}):
        yield sentence


def guards_are_in_place() -> Iterator[str]:
    """The database still refuses to change what was logged."""
    for (sentence,) in _rows(_GUARDS, {"app_role": settings.APP_DATABASE_ROLE}):
        yield sentence


#: What each check proves, in the words that verify_log prints.
CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "every event is in the log or on its way there": every_event_is_logged,
    "every root has its leaves": every_root_has_its_leaves,
    "the guards of the database are in place": guards_are_in_place,
}


def register() -> None:
    """Add the checks to `verify_log`, which walks through the log itself."""
    for name, check in CHECKS.items():
        register_integrity_check("log", name, check)


def _rows(sql: str, values: dict[str, str] | None = None) -> Iterator[tuple[Any, ...]]:
    """Rows from a server-side cursor: a log of a million entries doesn't fit into memory twice."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while batch := cursor.fetchmany(5000):
            yield from batch


def _entry_is_wrong(row: _Row, *, expected: int) -> str:
    """What is wrong with an entry's place or leaf, if anything."""
    wrong = []
    if row.seq != expected:
        wrong.append(f"{expected} should come here")
    if row.event_id is None:
        wrong.append(f"its event {row.named_event} is gone")
    elif row.salt is not None and bytes(row.leaf_hash) != _leaf(row.event_id, bytes(row.salt), row):
        wrong.append(f"its leaf is not the hash of event {row.event_id} and its salt")
    return "; ".join(wrong)


def _leaf(event_id: UUID, salt: bytes, row: _Row) -> bytes:
    document = event_document(
        event_id=event_id,
        kind=row.kind,
        actor=row.actor,
        guild=row.guild,
        object_kind=row.object_kind,
        object_id=row.object_id,
        data=json.loads(row.data),
        occurred_at=row.occurred_at,
    )
    return leaf_hash(salt + document)


def _root_is_wrong(row: _Row, frontier: Frontier) -> str:
    if bytes(row.root_hash or b"") != frontier.root():
        return f"it is not the root of the first {row.seq + 1} leaves"
    return "" if json.loads(row.frontier or "[]") == frontier.as_hex() else "its frontier is not that of its leaves"
