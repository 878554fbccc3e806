"""Who is given which work to review: by role, skill and load, and never the two of a pair that judge each other.

Pure Python. What people are like comes in as values; the same input always gives the same choice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

#: An approval worth more than so many points gets a second look.
HIGH_VALUE_POINTS = 60


@dataclass(frozen=True)
class Candidate:
    """A reviewer who could be given a piece of work: what they do, know, and have in hand."""

    subject: UUID
    roles: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    load: int = 0


def choose_reviewer(
    work: UUID,
    candidates: Iterable[Candidate],
    *,
    role: str,
    skills: Collection[str],
    not_these: Collection[UUID],
    reciprocal: Collection[UUID],
) -> UUID | None:
    """The reviewer for a piece of work, or None when nobody can be.

    `not_these` are out: whose work it is, and to whom it was given before. Of a reciprocal pair (each judges the other's
    work) nobody is chosen while anybody else can be. Among the rest the smallest load for its fit: a matching role or
    skill is worth two pieces in hand, so that the best is not buried. Equal ones are told apart by a hash over both ids.

    >>> a, b = UUID(int=1), UUID(int=2)
    >>> people = [Candidate(a, frozenset({"code"}), load=1), Candidate(b, load=0)]
    >>> choose_reviewer(UUID(int=9), people, role="code", skills=[], not_these=[], reciprocal=[]) == a
    True
    >>> choose_reviewer(UUID(int=9), people, role="code", skills=[], not_these=[], reciprocal=[a]) == b
    True
    """
    free = [one for one in candidates if one.subject not in not_these]
    free = [one for one in free if one.subject not in reciprocal] or free

    def weight(one: Candidate) -> tuple[int, bytes]:
        fit = 2 * (role in one.roles) + 2 * len(one.skills & set(skills))
        return one.load - fit, sha256(work.bytes + one.subject.bytes).digest()

    return min(free, key=weight).subject if free else None


def by_chance(review: UUID, percent: int) -> bool:
    """Whether an approval is among those of a hundred that are looked at by chance. Its id decides, which nobody chooses.

    >>> sum(by_chance(UUID(int=n), 10) for n in range(1000)) in range(60, 140)
    True
    """
    return int.from_bytes(sha256(review.bytes).digest()[:8]) % 100 < percent
