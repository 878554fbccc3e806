"""Proofs over the tree of `core.merkle`: that a leaf is in it, and that a smaller tree is its beginning (RFC 9162, 2.1).

Making a proof begins with the ranges of leaves whose roots it consists of; who stores the tree brings those. Checking one
needs nothing but hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from core.merkle import node_hash

#: Leaves from the first to before the second.
Range = tuple[int, int]
#: A perfect subtree: its height (0 is a leaf) and how many of that height stand left of it.
Part = tuple[int, int]


def inclusion_ranges(seq: int, size: int) -> list[Range]:
    """Whose roots make the proof that leaf `seq` is in the tree of `size` leaves (RFC 9162, 2.1.3.1), lowest first.

    Raises ValueError when there is no such leaf.
    """
    if not 0 <= seq < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {seq}.")
    found, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if seq < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Whose roots make the proof that the tree of `first` leaves begins the tree of `second` (RFC 9162, 2.1.4.1).

    Raises ValueError unless 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError(f"A tree of {first} leaves can't be the beginning of one of {second}.")
    found: list[Range] = []
    start, end, is_whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, is_whole = middle, False
    return found[::-1] if is_whole else [(start, end), *found[::-1]]


def perfect_parts(start: int, end: int) -> Iterator[Part]:
    """The perfect subtrees that leaves from `start` to before `end` fall into, largest first, for a range of a proof."""
    while start < end:
        height = (end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        yield height, start >> height
        start += 1 << height


def root_of_parts(hashes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees that stand side by side, largest first."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_of_leaves(leaves: Sequence[bytes]) -> bytes:
    """The root of a perfect subtree, from all its leaf hashes."""
    row = list(leaves)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def node_number(height: int, place: int) -> int:
    """One number for each node of a growing tree: its place when the tree is read from left to right (leaf n is 2n)."""
    return (place << (height + 1)) + (1 << height) - 1


def is_included(*, seq: int, size: int, leaf: bytes, path: Iterable[bytes], root: bytes) -> bool:
    """Whether the proof shows that leaf number `seq` is in the tree with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= seq < size:
        return False
    at, last, found = seq, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(*, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof shows that the smaller tree is the beginning of the larger (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
