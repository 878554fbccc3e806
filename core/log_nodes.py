"""The stored part of the public log's tree, so that a proof over a million leaves reads some hundred rows.

Kept are the roots of perfect subtrees of 64 leaves and more: a thirty-second of the leaves. They are grown before each
checkpoint, from where they end, and follow from the leaves alone (`manage.py rebuild_log_nodes`). All proofs are over
sizes that were signed, so whatever they need is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.merkle import node_hash
from core.merkle_proofs import (
    Range,
    consistency_ranges,
    inclusion_ranges,
    node_number,
    perfect_parts,
    root_of_leaves,
    root_of_parts,
)
from core.models import LogEntry, LogNode

#: Subtrees of this height are the smallest that are stored.
LOWEST = 6
_BLOCK = 1 << LOWEST
#: Leaves that are read and hashed at a time.
_CHUNK = _BLOCK * 256
#: Hashes in a tile, and the heights between two levels of tiles (c2sp.org/tlog-tiles).
TILE_WIDTH = 256
TILE_HEIGHT = 8


class NoSuchProof(DomainError):
    """There is no such entry or size, so nothing can be proved of it."""

    code = "no_such_proof"
    status = 404


@dataclass(frozen=True)
class Proof:
    """Hashes that prove something, in the order of RFC 9162."""

    ranges: Sequence[Range]
    hashes: Sequence[bytes]


def nodes_over(
    leaves: Iterable[bytes], *, blocks: int = 0, peaks: Sequence[tuple[int, bytes]] = ()
) -> Iterator[tuple[int, bytes]]:
    """Number and hash of every stored node that is complete with these leaves, which follow after `blocks` blocks of 64.

    `peaks` are height and hash of the perfect subtrees over what came before, largest first.
    """
    stack, block = list(peaks), []
    for leaf in leaves:
        block.append(leaf)
        if len(block) < _BLOCK:
            continue
        height, found = LOWEST, root_of_leaves(block)
        place, block = blocks, []
        yield node_number(height, place), found
        while stack and stack[-1][0] == height:
            found = node_hash(stack.pop()[1], found)
            height, place = height + 1, place >> 1
            yield node_number(height, place), found
        stack.append((height, found))
        blocks += 1


def grow_nodes(size: int) -> int:
    """Store the nodes over the first `size` leaves that are not there yet; returns how many were made.

    The caller holds the lock of the checkpoints. Reads the leaves since the last call, and nothing before.
    """
    made = 0
    while True:
        done = _stored_blocks()
        start, end = done * _BLOCK, min(size // _BLOCK * _BLOCK, done * _BLOCK + _CHUNK)
        if start >= end:
            return made
        peaks = [(height, node_number(height, place)) for height, place in perfect_parts(0, start)]
        known = dict(LogNode.objects.filter(number__in=[number for _, number in peaks]).values_list("number", "hash"))
        leaves = (
            LogEntry.objects.filter(seq__gte=start, seq__lt=end).order_by("seq").values_list("leaf_hash", flat=True)
        )
        fresh = nodes_over(
            (bytes(leaf) for leaf in leaves),
            blocks=done,
            peaks=[(height, bytes(known[number])) for height, number in peaks],
        )
        made += len(LogNode.objects.bulk_create([LogNode(number=number, hash=found) for number, found in fresh]))


@transaction.atomic
def rebuild_nodes(size: int) -> int:
    """Throw the nodes away and make them anew from the leaves; returns how many there are now."""
    LogNode.objects.all().delete()
    return grow_nodes(size)


def root_at(size: int) -> bytes:
    """The root over the first `size` leaves as nodes and leaves have it; two statements."""
    return _roots_of([(0, size)])[0]


def prove_inclusion(*, seq: int, size: int) -> Proof:
    """That entry `seq` is in the log of `size` entries; two statements. Raises NoSuchProof."""
    try:
        ranges = inclusion_ranges(seq, size)
    except ValueError as error:
        raise _no_proof() from error
    return Proof(ranges, _roots_of(ranges))


def prove_consistency(*, first: int, second: int) -> Proof:
    """That the log of `first` entries is the beginning of that of `second`; two statements. Raises NoSuchProof."""
    try:
        ranges = consistency_ranges(first, second)
    except ValueError as error:
        raise _no_proof() from error
    return Proof(ranges, _roots_of(ranges))


def hash_of_leaf(seq: int) -> bytes:
    """The leaf hash of one entry. Raises NoSuchProof."""
    found = LogEntry.objects.filter(seq=seq).values_list("leaf_hash", flat=True).first()
    if found is None:
        raise _no_proof()
    return bytes(found)


def tile(*, level: int, place: int, width: int = TILE_WIDTH) -> bytes:
    """`width` hashes side by side, from `place` times 256 on: leaves at level 0, roots of full tiles above; one statement.

    Raises NoSuchProof when they are not all there.
    """
    places = range(place * TILE_WIDTH, place * TILE_WIDTH + width)
    if level == 0:
        leaves = LogEntry.objects.filter(seq__gte=places.start, seq__lt=places.stop).order_by("seq")
        found = list(leaves.values_list("leaf_hash", flat=True))
    else:
        numbers = [node_number(level * TILE_HEIGHT, at) for at in places]
        if numbers[-1] >= 1 << 62:
            raise _no_proof()
        nodes = LogNode.objects.filter(number__in=numbers).order_by("number")
        found = list(nodes.values_list("hash", flat=True))
    if len(found) != width:
        raise _no_proof()
    return b"".join(bytes(each) for each in found)


def _no_proof() -> NoSuchProof:
    return NoSuchProof(_("The log has no such events. Its latest seal says how many there are."))


def _stored_blocks() -> int:
    """How many blocks of 64 leaves are stored: the rightmost is the last node when the tree is read from the left."""
    last = LogNode.objects.aggregate(last=Max("number"))["last"]
    return 0 if last is None else (last >> (LOWEST + 1)) + 1


def _roots_of(ranges: Sequence[Range]) -> list[bytes]:
    """The roots of ranges of leaves, from stored nodes where there are, and from fewer than 64 leaves elsewhere."""
    parts = [list(perfect_parts(*each)) for each in ranges]
    flat = [part for each in parts for part in each]
    numbers = [node_number(*part) for part in flat if part[0] >= LOWEST]
    seqs = [seq for height, place in flat if height < LOWEST for seq in range(place << height, (place + 1) << height)]
    nodes = dict(LogNode.objects.filter(number__in=numbers).values_list("number", "hash")) if numbers else {}
    leaves = dict(LogEntry.objects.filter(seq__in=seqs).values_list("seq", "leaf_hash")) if seqs else {}
    if len(nodes) != len(numbers) or len(leaves) != len(seqs):
        raise _no_proof()

    def root_of(height: int, place: int) -> bytes:
        if height >= LOWEST:
            return bytes(nodes[node_number(height, place)])
        return root_of_leaves([bytes(leaves[seq]) for seq in range(place << height, (place + 1) << height)])

    return [root_of_parts([root_of(*part) for part in each]) for each in parts]
