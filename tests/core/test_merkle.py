"""The tree of the public log against RFC 9162: known roots, and the definition written out naively."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.merkle import Frontier, leaf_hash

#: Leaves and roots that Certificate Transparency's implementations test themselves with.
KNOWN_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(contents: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, as it stands there: split at the largest power of two below the length."""
    if not contents:
        return sha256(b"").digest()
    if len(contents) == 1:
        return sha256(b"\x00" + contents[0]).digest()
    split = 1
    while split * 2 < len(contents):
        split *= 2
    return sha256(b"\x01" + naive_root(contents[:split]) + naive_root(contents[split:])).digest()


def test_roots_are_those_that_certificate_transparency_knows() -> None:
    frontier = Frontier()
    for content, root in zip(KNOWN_LEAVES, KNOWN_ROOTS, strict=True):
        frontier = frontier.grown([leaf_hash(bytes.fromhex(content))])
        assert frontier.root().hex() == root


def test_the_root_of_no_leaves_is_the_hash_of_nothing() -> None:
    assert Frontier().root() == sha256(b"").digest()


@given(st.lists(st.binary(max_size=8), max_size=70), st.lists(st.integers(1, 9), max_size=40))
def test_a_tree_grown_in_batches_and_stored_between_them_has_the_naive_root(
    contents: list[bytes], batches: list[int]
) -> None:
    frontier, done = Frontier(), 0
    for batch in [*batches, len(contents)]:
        frontier = Frontier.from_hex(frontier.size, frontier.as_hex())
        frontier = frontier.grown(leaf_hash(content) for content in contents[done : done + batch])
        done = min(done + batch, len(contents))
        assert frontier.size == done
        assert frontier.root() == naive_root(contents[:done])


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(1, []), (0, ["00" * 32]), (3, ["00" * 32]), (-1, ["00" * 32]), (1, ["00" * 31]), (1, ["no hex"])],
)
def test_peaks_that_fit_no_tree_are_refused(size: int, peaks: list[str]) -> None:
    with pytest.raises(ValueError):
        Frontier.from_hex(size, peaks)
