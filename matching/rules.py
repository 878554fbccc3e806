"""What somebody said about themselves as plain values, and which of it a task answers to: no database, no words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MINUTES_LEAST = 15
#: Forty hours; whoever has more needs no help with finding tasks of two.
MINUTES_MOST = 2400
LANGUAGES_MOST = 12
PLACE_MOST = 160
TASKS_SHOWN = 3
#: As far as one goes for an afternoon: problems within so many kilometres of a place are near it.
NEAR_KM = 60
#: A part of a place with fewer letters is in too many names.
_PART_LEAST = 3
#: What stands between the words of a place. A list and no class: vowel signs of Indic scripts are no letters to Python, and
#: their virama none to PostgreSQL, so either would cut names apart, and at other points than the other.
SEPARATORS = " \t\r\n,;:/()|.–—।،؛\"'-"
_BETWEEN = re.compile(f"[{re.escape(SEPARATORS)}]+")
_PARTS = re.compile("[,;/\r\n।،؛|]+")


@dataclass(frozen=True)
class Answers:
    """What one person said; whatever was skipped is empty. `minutes` are those they have a week."""

    kinds: tuple[str, ...] = ()
    place: str = ""
    languages: tuple[str, ...] = ()
    minutes: int | None = None

    @property
    def are_empty(self) -> bool:
        """Whether every question was skipped."""
        return not (self.kinds or self.place or self.languages or self.minutes)


def place_parts(place: str) -> list[str]:
    """The parts of a typed place as they are looked for in a problem's: "Jorhat, Assam" is " jorhat " and " assam ".

    The nearer part is mostly typed first, so it counts first. Blanks at both ends make it match whole words alone.
    """
    words = [_BETWEEN.sub(" ", part.lower()).strip() for part in _PARTS.split(place)]
    return list(dict.fromkeys(f" {part} " for part in words if len(part) >= _PART_LEAST))[:6]


def in_order(given: Iterable[str], known: Iterable[str], *, most: int) -> tuple[str, ...]:
    """Those that are known, each once and in the order of `known`, at most so many."""
    wanted = set(given)
    return tuple(one for one in known if one in wanted)[:most]
