"""What a simulation found, small enough to be stored and shown again: totals, and whom it would change most. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

#: Of so many people the change is kept, the largest first; the totals are of everybody.
PEOPLE_KEPT = 1000
_TOTALS = (
    "verdicts", "unlike_ledger", "points_before", "points_after", "spendable_before", "spendable_after", "gain", "lose",
    "same",
)  # fmt: skip


@dataclass(frozen=True)
class PersonChange:
    """One person's points of the period, under the numbers in force and under the draft's."""

    person: UUID
    before: int
    after: int

    @property
    def difference(self) -> int:
        """Points more (or less, below zero) under the draft."""
        return self.after - self.before


@dataclass(frozen=True)
class Threshold:
    """How many people's work of the period makes the standing that a right needs, before and after."""

    right: str
    before: int
    after: int


@dataclass(frozen=True)
class Counted:
    """A simulation's totals, the people it changes most, and the moment of the last verdict in it.

    `unlike_ledger` counts verdicts whose replay under the real versions differs from what was posted: 0, or trust nothing.
    """

    verdicts: int
    unlike_ledger: int
    points_before: int
    points_after: int
    spendable_before: int
    spendable_after: int
    gain: int
    lose: int
    same: int
    thresholds: tuple[Threshold, ...]
    people: tuple[PersonChange, ...]
    up_to: datetime | None

    @property
    def difference(self) -> int:
        """Points of all people more (or less, below zero) under the draft."""
        return self.points_after - self.points_before

    def as_json(self) -> dict[str, Any]:
        """Whole numbers, ids and one time, as they are stored."""
        return {
            **{name: getattr(self, name) for name in _TOTALS},
            "thresholds": [[row.right, row.before, row.after] for row in self.thresholds],
            "people": [[str(row.person), row.before, row.after] for row in self.people],
            "up_to": self.up_to.isoformat() if self.up_to else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Counted:
        """The same again from what was stored."""
        return cls(
            **{name: stored[name] for name in _TOTALS},
            thresholds=tuple(Threshold(*row) for row in stored["thresholds"]),
            people=tuple(PersonChange(UUID(person), before, after) for person, before, after in stored["people"]),
            up_to=datetime.fromisoformat(stored["up_to"]) if stored["up_to"] else None,
        )
