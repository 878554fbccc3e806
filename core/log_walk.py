"""Walking through the public log, wherever its rows come from: places, leaves, roots, keys and checkpoints.

Knows no Django and no database, so that a dump is checked on any machine by the very code that checks the hub.
Each check yields one sentence per finding, naming the row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from core.log_documents import event_document
from core.merkle import Frontier, leaf_hash
from core.signed_notes import Checkpoint, Note, NoteError, PublicKey, read_note

#: A wrong leaf or a gap makes every later root wrong, too; so many are named, the rest is counted.
ROOTS_NAMED = 5
#: Reasons for a new key that the key before can vouch for.
VOUCHED = ("planned", "restored")


@dataclass
class LogCounts:
    """What a walk through the log met. `roots_at` holds the roots that its leaves really have, at the sizes asked for."""

    entries: int = 0
    roots: int = 0
    without_salt: int = 0
    last_seq: int = -1
    checkpoints: int = 0
    keys: int = 0
    roots_at: dict[int, bytes] = field(default_factory=dict)


class Entry(NamedTuple):
    """One entry beside its salt, the root published with it and its event, as far as they are there."""

    seq: int
    leaf_hash: bytes | memoryview
    named_event: object
    salt: bytes | memoryview | None
    root_hash: bytes | memoryview | None
    frontier: str | None
    event_id: object | None
    kind: str
    actor: object | None
    guild: object | None
    object_kind: str
    object_id: object
    data: str
    occurred_at: datetime


class KeyRow(NamedTuple):
    """One row of core_logkey."""

    number: int
    name: str
    public_key: bytes | memoryview
    valid_from: datetime
    reason: str
    statement: str

    @property
    def verifier(self) -> PublicKey:
        """The key. Raises NoteError."""
        return PublicKey(self.name, bytes(self.public_key))


class CheckpointRow(NamedTuple):
    """One row of core_logcheckpoint; the key by its number."""

    size: int
    key_number: int | None
    signed_at: datetime
    note: str


def walk_entries(rows: Iterable[Entry], counts: LogCounts, wanted: Collection[int] = ()) -> Iterator[str]:
    """Entries from the first to the last: order, leaves (where the salt is left), roots. Fills `counts`."""
    frontier, wrong_roots, row = Frontier(), 0, None
    for row in rows:
        if wrong := _entry_is_wrong(row, expected=counts.last_seq + 1):
            yield f"core_logentry {row.seq}: {wrong}"
        counts.last_seq = row.seq
        counts.entries += 1
        counts.without_salt += row.salt is None
        frontier = frontier.grown([bytes(row.leaf_hash)])
        if frontier.size in wanted:
            counts.roots_at[frontier.size] = frontier.root()
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


def check_signatures(keys: Sequence[KeyRow], checkpoints: Sequence[CheckpointRow], counts: LogCounts) -> Iterator[str]:
    """Keys that follow one another and checkpoints that they signed, over the roots that a walk has found."""
    counts.keys, counts.checkpoints = len(keys), len(checkpoints)
    for number, key in enumerate(keys, start=1):
        if key.number != number:
            yield f"core_logkey {key.number}: {number} should come here"
            return
        before = keys[number - 2] if number > 1 else None
        if wrong := _key_is_wrong(key, before):
            yield f"core_logkey {key.number}: {wrong}"
    by_number = {key.number: key for key in keys}
    size = 0
    for row in checkpoints:
        if row.size <= size:
            yield f"core_logcheckpoint {row.size}: it is not larger than the one before"
        size = row.size
        if wrong := _checkpoint_is_wrong(row, by_number, counts):
            yield f"core_logcheckpoint {row.size}: {wrong}"


def check_known(
    name: str, text: str, keys: Sequence[KeyRow], counts: LogCounts, trusted: PublicKey | None = None
) -> tuple[str, str]:
    """A checkpoint that somebody kept, against the log as it is now: what holds, and what does not (one is empty).

    `trusted` is a key that its holder knows from elsewhere; without it the keys of the log itself must do.
    """
    try:
        note = read_note(text)
        said = Checkpoint.read(note.text)
        ours = [trusted] if trusted else [key.verifier for key in keys]
        signer = next((key for key in ours if note.signed_by(key)), None)
    except NoteError as error:
        return "", f"{name}: {error}"
    if signer is None:
        whose = (
            "the key you named" if trusted else "any key of this log; the keys were exchanged, or it is another log's"
        )
        return "", f"{name}: it was not signed by {whose}"
    if said.size > counts.entries:
        return "", f"{name}: it was signed for {said.size} entries, and {counts.entries} are here: the end was cut off"
    if said.size and counts.roots_at.get(said.size) != said.root:
        return "", f"{name}: the first {said.size} entries are not those that were signed: history was rewritten"
    return f"{name}: the first {said.size} entries are those that key {signer.short} signed", ""


def known_size(text: str) -> int:
    """How many entries a kept checkpoint speaks of; 0 for what is none."""
    try:
        return Checkpoint.read(read_note(text).text).size
    except NoteError:
        return 0


def statement_text(key: KeyRow, before: KeyRow | None) -> str:
    """What a new key's statement says, to be signed by it and, where that counts for something, by the one before."""
    lines = [
        "guildhub log key",
        f"origin {key.name}",
        f"number {key.number}",
        f"key {key.verifier}",
        f"from {key.valid_from:%Y-%m-%dT%H:%M:%SZ}",
        f"reason {key.reason}",
    ]
    if before is not None:
        lines.append(f"after {before.verifier}")
    return "\n".join(lines) + "\n"


def covered(roots: Iterable[int], checkpoints: Sequence[CheckpointRow]) -> Iterator[tuple[int, CheckpointRow | None]]:
    """Each published root's size, with the first checkpoint that covers it (None: not signed yet). Both ascend."""
    rest = iter(checkpoints)
    current = next(rest, None)
    for size in roots:
        while current is not None and current.size < size:
            current = next(rest, None)
        yield size, current


def _key_is_wrong(key: KeyRow, before: KeyRow | None) -> str:
    """What is wrong with a key's statement, if anything."""
    try:
        note = read_note(key.statement)
        if note.text != statement_text(key, before):
            return "its statement says something else than its row"
        if not note.signed_by(key.verifier):
            return "its statement is not signed by itself"
        if before is None:
            return "" if key.reason == "first" else "it is the first and says that it is not"
        if key.name != before.name or key.valid_from < before.valid_from:
            return f"it does not follow key {before.number}"
        if key.reason in VOUCHED and not note.signed_by(before.verifier):
            return f"key {before.number} did not sign it"
    except NoteError as error:
        return str(error)
    return ""


def _checkpoint_is_wrong(row: CheckpointRow, keys: dict[int, KeyRow], counts: LogCounts) -> str:
    key = keys.get(row.key_number or 0)
    if key is None:
        return "its key is gone"
    try:
        note = read_note(row.note)
        said = Checkpoint.read(note.text)
        if not note.signed_by(key.verifier):
            return f"key {key.number} did not sign it"
        return _said_is_wrong(said, row, key, counts) or _time_is_wrong(note, row, key, keys.get(key.number + 1))
    except NoteError as error:
        return str(error)


def _said_is_wrong(said: Checkpoint, row: CheckpointRow, key: KeyRow, counts: LogCounts) -> str:
    if said.origin != key.name:
        return "it is of another log"
    if said.size != row.size:
        return f"it was signed for {said.size} entries"
    if said.size > counts.entries:
        return f"it was signed for {said.size} entries, and {counts.entries} are here: the end was cut off"
    if counts.roots_at.get(said.size) != said.root:
        return f"the first {said.size} entries are not those that were signed: history was rewritten"
    return ""


def _time_is_wrong(note: Note, row: CheckpointRow, key: KeyRow, following: KeyRow | None) -> str:
    at = note.time_signed_by(key.verifier)
    if at is None or at != row.signed_at:
        return "the time it was signed with is not that of its row"
    if at < key.valid_from or (following is not None and at > following.valid_from):
        return f"it was signed when key {key.number} did not count"
    return ""


def _entry_is_wrong(row: Entry, *, expected: int) -> str:
    """What is wrong with an entry's place or leaf, if anything."""
    wrong = []
    if row.seq != expected:
        wrong.append(f"{expected} should come here")
    if row.event_id is None:
        wrong.append(f"its event {row.named_event} is gone")
    elif row.salt is not None and bytes(row.leaf_hash) != _leaf(row.event_id, bytes(row.salt), row):
        wrong.append(f"its leaf is not the hash of event {row.event_id} and its salt")
    return "; ".join(wrong)


def _leaf(event_id: object, salt: bytes, row: Entry) -> bytes:
    document = event_document(
        event_id=str(event_id),
        kind=row.kind,
        actor=str(row.actor) if row.actor else None,
        guild=str(row.guild) if row.guild else None,
        object_kind=row.object_kind,
        object_id=str(row.object_id),
        data=json.loads(row.data),
        occurred_at=row.occurred_at,
    )
    return leaf_hash(salt + document)


def _root_is_wrong(row: Entry, frontier: Frontier) -> str:
    if bytes(row.root_hash or b"") != frontier.root():
        return f"it is not the root of the first {row.seq + 1} leaves"
    return "" if json.loads(row.frontier or "[]") == frontier.as_hex() else "its frontier is not that of its leaves"
