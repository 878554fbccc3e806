"""What everybody may read of the public log: checkpoints, keys, proofs. Hashes and the hub's own signatures, nobody's id.

Proofs are over sizes that were signed, so that whoever gets one also gets the signature it hangs on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.log_nodes import NoSuchProof, hash_of_leaf, prove_consistency, prove_inclusion
from core.models import LogCheckpoint, LogKey


@dataclass(frozen=True)
class PublishedKey:
    """One key with the time until which it signed; None: it still does."""

    number: int
    key: str
    short: str
    valid_from: datetime
    valid_until: datetime | None
    reason: str
    reason_label: str
    statement: str


@dataclass(frozen=True)
class Inclusion:
    """That an entry is in the log that `checkpoint` signed: its leaf, and the hashes up to the root, lowest first."""

    entry: int
    leaf: bytes
    hashes: Sequence[bytes]
    checkpoint: LogCheckpoint


@dataclass(frozen=True)
class Consistency:
    """That the log of one checkpoint is the beginning of that of another."""

    hashes: Sequence[bytes]
    first: LogCheckpoint
    second: LogCheckpoint


def checkpoints() -> QuerySet[LogCheckpoint]:
    """Every checkpoint with its key, the latest first."""
    return LogCheckpoint.objects.select_related("key", "root").order_by("-root_id")


def checkpoint_of(size: int | None = None) -> LogCheckpoint:
    """The checkpoint of that size, or the latest. Raises NoSuchProof."""
    rows = checkpoints()
    found = (rows if size is None else rows.filter(root_id=_column(size))).first()
    if found is not None:
        return found
    if size is None:
        raise NoSuchProof(_("The log was not signed yet. Its first seal comes within the hour."))
    raise NoSuchProof(_("There is no seal of that many events. The list of seals says how many each has."))


def published_keys() -> list[PublishedKey]:
    """Every key, the first one first; one statement."""
    rows: list[LogKey | None] = [*LogKey.objects.order_by("number"), None]
    return [
        PublishedKey(
            number=key.number,
            key=str(key.verifier),
            short=key.short,
            valid_from=key.valid_from,
            valid_until=following.valid_from if following else None,
            reason=key.reason,
            reason_label=str(LogKey.Reason(key.reason).label),
            statement=key.statement,
        )
        for key, following in pairwise(rows)
        if key is not None
    ]


def inclusion_of(*, entry: int, size: int | None = None) -> Inclusion:
    """The proof that an entry is in the log of that checkpoint, or of the latest. Raises NoSuchProof."""
    checkpoint = checkpoint_of(size)
    proof = prove_inclusion(seq=entry, size=checkpoint.size)
    return Inclusion(entry, hash_of_leaf(entry), proof.hashes, checkpoint)


def consistency_of(*, first: int, second: int | None = None) -> Consistency:
    """The proof that one checkpoint's log begins another's, or the latest's. Raises NoSuchProof."""
    smaller, larger = checkpoint_of(first), checkpoint_of(second)
    return Consistency(prove_consistency(first=smaller.size, second=larger.size).hashes, smaller, larger)


def _column(size: int) -> int:
    """A number that fits the column; what is larger is nowhere in it."""
    return size if 0 <= size < 1 << 62 else -1
