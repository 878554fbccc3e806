"""What the public log can prove of itself: each check yields one sentence per finding, naming the row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core.log_nodes import nodes_over
from core.log_walk import ROOTS_NAMED, CheckpointRow, Entry, KeyRow, LogCounts, check_signatures, walk_entries
from core.public_log import CONSUMER
from core.registries import register_integrity_check

# One statement, so one snapshot: an entry and its root commit together, and the walk may run beside the sequencer.
_ENTRIES = """
SELECT l.seq, l.leaf_hash, l.event_id, s.salt, r.root_hash, r.frontier,
    e.id, e.kind, e.actor, e.guild, e.object_kind, e.object_id, e.data, e.occurred_at
FROM core_logentry l LEFT JOIN core_event e ON e.id = l.event_id LEFT JOIN core_logsalt s ON s.event_id = l.event_id
LEFT JOIN core_logroot r ON r.size = l.seq + 1
ORDER BY l.seq
"""

_KEYS = "SELECT number, name, public_key, valid_from, reason, statement FROM core_logkey ORDER BY number"

_CHECKPOINTS = """
SELECT c.size, k.number, c.signed_at, c.note FROM core_logcheckpoint c LEFT JOIN core_logkey k ON k.id = c.key_id
ORDER BY c.size
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
    ('log_checkpoint_append_only', 'core_logcheckpoint'), ('log_checkpoint_no_truncate', 'core_logcheckpoint'),
    ('log_checkpoint_grows', 'core_logcheckpoint'), ('log_key_append_only', 'core_logkey'),
    ('log_key_no_truncate', 'core_logkey'), ('log_key_follows', 'core_logkey'),
    ('log_salt_stands', 'core_logsalt')) AS w (name, held_by)
WHERE NOT EXISTS (
    SELECT FROM pg_trigger g
    WHERE g.tgname = w.name AND g.tgrelid = to_regclass(w.held_by) AND g.tgenabled IN ('O', 'A'))
UNION ALL
SELECT format('login %%s may %%s %%s', r.rolname, p.privilege, l.name)
FROM pg_roles r CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege)
CROSS JOIN unnest(ARRAY['core_event', 'core_logentry', 'core_logroot', 'core_logcheckpoint', 'core_logkey']) AS l (name)
WHERE r.rolname = %(app_role)s AND has_table_privilege(r.oid, to_regclass(l.name), p.privilege)
"""


def walk_log(counts: LogCounts, wanted: Collection[int] = ()) -> Iterator[str]:
    """Everything that can be seen from inside: entries, roots, then keys and checkpoints. Fills `counts`.

    Keys and checkpoints are read first: what is signed while the walk goes on is the next one's. `wanted` are sizes whose
    roots somebody has a use for.
    """
    keys, checkpoints = log_keys(), log_checkpoints()
    sizes = {*wanted, *(row.size for row in checkpoints)}
    yield from walk_entries(map(Entry._make, _rows(_ENTRIES)), counts, sizes)
    yield from check_signatures(keys, checkpoints, counts)


def log_keys() -> list[KeyRow]:
    """Every key, the first one first."""
    return [KeyRow._make(row) for row in _rows(_KEYS)]


def log_checkpoints() -> list[CheckpointRow]:
    """Every checkpoint, the smallest first."""
    return [CheckpointRow._make(row) for row in _rows(_CHECKPOINTS)]


def root_sizes() -> Iterator[int]:
    """The sizes of all roots, ascending."""
    return (size for (size,) in _rows("SELECT size FROM core_logroot ORDER BY size"))


def every_node_is_right() -> Iterator[str]:
    """The nodes from which proofs are made are those of the leaves, and none is missing below the last."""
    leaves = (bytes(leaf) for (leaf,) in _rows("SELECT leaf_hash FROM core_logentry ORDER BY seq"))
    stored = {number: bytes(node) for number, node in _rows("SELECT number, hash FROM core_lognode")}
    right = dict(nodes_over(leaves))
    last = max(stored, default=-1)
    wanted = {number for number in right if number <= last} | stored.keys()
    wrong = sorted(number for number in wanted if stored.get(number) != right.get(number))
    for number in wrong[:ROOTS_NAMED]:
        yield f"core_lognode {number}: it is not that of its leaves; mend it with manage.py rebuild_log_nodes"
    if len(wrong) > ROOTS_NAMED:
        yield f"core_lognode: {len(wrong) - ROOTS_NAMED} more nodes are not those of their leaves"


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
    "every node is that of its leaves": every_node_is_right,
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
