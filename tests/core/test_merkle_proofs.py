"""Proofs over the tree against RFC 9162: each is found right, and with anything changed found wrong."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.merkle import Frontier, leaf_hash
from core.merkle_proofs import (
    consistency_ranges,
    inclusion_ranges,
    is_consistent,
    is_included,
    node_number,
    perfect_parts,
    root_of_leaves,
    root_of_parts,
)
from tests.core.test_merkle import KNOWN_LEAVES, naive_root

LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in KNOWN_LEAVES]
MANY = [sha256(bytes([n % 256, n // 256])).digest() for n in range(300)]


def root(leaves: list[bytes]) -> bytes:
    return Frontier().grown(leaves).root()


def of(ranges: list[tuple[int, int]], leaves: list[bytes]) -> list[bytes]:
    return [root(leaves[start:end]) for start, end in ranges]


def hexes(*wanted: str) -> list[bytes]:
    return [bytes.fromhex(each) for each in wanted]


def test_proofs_of_the_known_tree() -> None:
    """Inclusion and consistency proofs that Certificate Transparency's implementations test themselves with."""
    d = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    a, b, c = (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    )
    assert of(inclusion_ranges(0, 8), LEAVES) == hexes(d, a, b)
    assert of(inclusion_ranges(5, 8), LEAVES) == hexes(
        c,
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    )
    assert of(consistency_ranges(1, 8), LEAVES) == hexes(d, a, b)
    assert of(consistency_ranges(2, 5), LEAVES) == hexes(
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", c
    )


@settings(max_examples=60)
@given(st.integers(1, 300), st.data())
def test_every_proof_shows_what_it_should_and_nothing_else(size: int, data: st.DataObject) -> None:
    seq, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    leaves = MANY[:size]
    path = of(inclusion_ranges(seq, size), leaves)
    assert is_included(seq=seq, size=size, leaf=leaves[seq], path=path, root=root(leaves))
    assert not is_included(seq=seq, size=size, leaf=MANY[(seq + 1) % 300], path=path, root=root(leaves))
    assert not is_included(seq=seq, size=size, leaf=leaves[seq], path=[*path, MANY[0]], root=root(leaves))
    if size > 1:
        other = (seq + 1) % size
        assert not is_included(seq=other, size=size, leaf=leaves[seq], path=path, root=root(leaves))
        assert not is_included(seq=seq, size=size, leaf=leaves[seq], path=path[:-1], root=root(leaves))
    steps = of(consistency_ranges(first, size), leaves)
    told = {"first": first, "second": size, "first_root": root(MANY[:first]), "second_root": root(leaves)}
    assert is_consistent(**told, path=steps)  # type: ignore[arg-type]
    assert not is_consistent(**{**told, "first_root": MANY[299]}, path=steps)  # type: ignore[arg-type]
    assert not is_consistent(**{**told, "second_root": MANY[299]}, path=steps)  # type: ignore[arg-type]
    assert not is_consistent(**told, path=[*steps, MANY[0]])  # type: ignore[arg-type]
    if steps:
        assert not is_consistent(**told, path=steps[:-1])  # type: ignore[arg-type]


def test_what_cannot_be_proved_is_refused() -> None:
    for seq, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_ranges(seq, size)
        assert not is_included(seq=seq, size=size, leaf=MANY[0], path=[], root=MANY[0])
    for first, second in ((0, 3), (4, 3), (-1, 0)):
        with pytest.raises(ValueError, match="can't be the beginning"):
            consistency_ranges(first, second)
        assert not is_consistent(first=first, second=second, first_root=MANY[0], second_root=MANY[0], path=[])


def test_ranges_fall_into_perfect_parts_whose_roots_are_theirs() -> None:
    contents = [bytes([n]) for n in range(70)]
    leaves = [leaf_hash(content) for content in contents]
    for start, end in {each for seq in range(70) for each in inclusion_ranges(seq, 70)}:
        parts = list(perfect_parts(start, end))
        assert next(place << height for height, place in parts) == start
        assert sum(1 << height for height, _ in parts) == end - start
        roots = [root_of_leaves(leaves[place << height : (place + 1) << height]) for height, place in parts]
        assert root_of_parts(roots) == naive_root(contents[start:end])


def test_numbers_of_nodes_read_the_tree_from_left_to_right() -> None:
    nodes = {(height, place): node_number(height, place) for height in range(4) for place in range(8 >> height)}
    assert sorted(nodes.values()) == list(range(15))
    assert nodes[0, 5] == 10
    assert nodes[3, 0] == 7
