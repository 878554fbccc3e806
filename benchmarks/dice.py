"""Chance that falls the same way every time: choices, moments, ids and sentences from one seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

WORDS = [
    "water",
    "pump",
    "village",
    "school",
    "river",
    "flood",
    "road",
    "market",
    "clinic",
    "bus",
    "harvest",
    "seed",
    "weaver",
    "loom",
    "map",
    "phone",
    "letter",
    "form",
    "price",
    "fever",
    "mosquito",
    "well",
    "teacher",
    "child",
    "boat",
    "bridge",
    "shelter",
    "forest",
    "fire",
    "fish",
    "net",
    "rice",
    "tea",
    "field",
    "lorry",
    "queue",
    "ration",
    "card",
    "office",
    "record",
    "register",
    "photo",
    "voice",
    "sound",
    "sign",
    "language",
    "sheet",
    "model",
    "answer",
    "question",
    "list",
    "label",
]


class Dice(random.Random):
    """A seeded generator that also makes UUIDs and words."""

    def uuid(self, at: datetime) -> UUID:
        """A version 7 id of that moment, like those the product makes."""
        milliseconds = int(at.timestamp() * 1000)
        return UUID(int=milliseconds << 80 | 7 << 76 | self.getrandbits(12) << 64 | 2 << 62 | self.getrandbits(62))

    def moment(self, first: datetime, last: datetime) -> datetime:
        """Some second between two moments."""
        return first + timedelta(seconds=self.randrange(max(1, int((last - first).total_seconds()))))

    def words(self, count: int) -> str:
        """So many words, the first with a capital."""
        return " ".join(self.choices(WORDS, k=count)).capitalize()


def start_of(day: datetime) -> datetime:
    """Midnight, UTC."""
    return day.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
