"""A Merkle tree that only grows (RFC 9162, section 2.1), kept as the roots of its perfect subtrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf. Leaves and nodes start differently, so that no node can be passed off as a leaf."""
    return sha256(LEAF_PREFIX + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return sha256(NODE_PREFIX + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """All that is needed to go on growing a tree of `size` leaves: its perfect subtrees' roots, largest first.

    There is one peak per bit that is set in `size`. Raises ValueError when they don't fit together.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError(f"A tree of {self.size} leaves doesn't have {len(self.peaks)} perfect subtrees.")
        if any(len(peak) != 32 for peak in self.peaks):
            raise ValueError("The root of a subtree is 32 bytes long.")

    @classmethod
    def from_hex(cls, size: int, peaks: Iterable[str]) -> Frontier:
        """The frontier as it was stored. Raises ValueError for anything else."""
        return cls(size, tuple(bytes.fromhex(peak) for peak in peaks))

    def as_hex(self) -> list[str]:
        """The peaks as they are stored."""
        return [peak.hex() for peak in self.peaks]

    def grown(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after these leaf hashes; the work is proportional to their number, not to the tree."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            node, carry = leaf, size
            while carry & 1:
                node = node_hash(peaks.pop(), node)
                carry >>= 1
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        """The root over all leaves; that of no leaves is the hash of nothing."""
        if not self.peaks:
            return sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root
