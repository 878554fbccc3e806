"""The declared steps of problems, projects and tasks, and the sizes of tasks, without a database."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

#: Problem: state -> states that may follow. Rejected and solved are final; a duplicate found to
#: be none goes back to where it was.
PROBLEM_TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted"}),
    "submitted": frozenset({"accepted", "rejected", "duplicate", "parked", "draft"}),
    "accepted": frozenset({"in_project", "parked", "duplicate"}),
    "in_project": frozenset({"accepted", "piloting", "parked"}),
    "piloting": frozenset({"solved", "in_project"}),
    "parked": frozenset({"submitted", "accepted", "in_project"}),
    "rejected": frozenset(),
    "duplicate": frozenset({"submitted", "accepted"}),
    "solved": frozenset(),
}

#: Project: state -> states that may follow. An archived project is read, not resumed.
PROJECT_TRANSITIONS: dict[str, frozenset[str]] = {
    "proposal": frozenset({"incubating", "archived"}),
    "incubating": frozenset({"active", "dormant", "archived", "quarantined"}),
    "active": frozenset({"release_ready", "dormant", "archived", "quarantined"}),
    "release_ready": frozenset({"active", "adopted", "dormant", "archived", "quarantined"}),
    "adopted": frozenset({"active", "dormant", "archived", "quarantined"}),
    "dormant": frozenset({"active", "archived", "quarantined"}),
    "quarantined": frozenset({"active", "archived"}),
    "archived": frozenset(),
}

#: Task: state -> states that may follow.
TASK_TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"published", "expired"}),
    "published": frozenset({"claimed", "expired"}),
    "claimed": frozenset({"submitted", "published", "expired"}),
    "submitted": frozenset({"accepted", "returned", "claimed"}),
    "returned": frozenset({"submitted", "claimed", "published", "expired"}),
    "expired": frozenset({"published"}),
    "accepted": frozenset(),
}

#: States of a problem that a project may answer.
PROBLEM_OPEN_TO_PROJECTS: frozenset[str] = frozenset({"accepted", "in_project", "piloting", "solved"})

#: States of a problem in which people add voices and endorsements: it is public and not another one's echo.
PROBLEM_HEARS_PEOPLE: frozenset[str] = frozenset(
    {"submitted", "accepted", "in_project", "piloting", "solved", "parked"}
)

#: States of a project in which tasks are published and hours are logged.
PROJECT_TAKES_WORK: frozenset[str] = frozenset({"incubating", "active", "release_ready", "adopted"})

TASK_MINUTES_LEAST = 15
TASK_MINUTES_MOST = 120


def steps(transitions: dict[str, frozenset[str]]) -> list[str]:
    """Every declared step as 'from>to', sorted: the form in which the database trigger knows them."""
    return sorted(f"{before}>{after}" for before, nexts in transitions.items() for after in nexts)


# Ten digits in one breath, in any script, with what people put between them; years stand apart by commas.
_TELEPHONE = re.compile(r"\+?\d(?:[\s().\u2010-\u2015-]{0,2}\d){8,}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")


def names_a_way_to_reach_somebody(text: str) -> bool:
    """Whether a text seems to hold a telephone number or an e-mail address.

    >>> [names_a_way_to_reach_somebody(text) for text in ("ring +91 98640 12345", "a@b.example", "in 1988, 1998, 2004")]
    [True, True, False]
    """
    return bool(_TELEPHONE.search(text) or _ADDRESS.search(text))


_BETWEEN_PLACES = re.compile(r"[,،、;/()\n|]+")
PLACE_PARTS_MOST = 6


def place_key(name: str) -> str:
    """A place's name as it is looked for: case, marks of composition and spaces make no difference.

    >>> place_key("  JORHAT ")
    'jorhat'
    """
    return " ".join(unicodedata.normalize("NFKC", name).lower().split())


def place_names(text: str) -> list[str]:
    """The names in a typed place, the nearest first, as `place_key` writes them.

    >>> place_names("Rohmoria, Dibrugarh (Assam)")
    ['rohmoria', 'dibrugarh', 'assam']
    """
    keys = [place_key(part) for part in _BETWEEN_PLACES.split(text)]
    return [key for key in keys if len(key) > 1][:PLACE_PARTS_MOST]


def coarse(degrees: Decimal | None) -> Decimal | None:
    """A position to two digits, about a kilometre: it names a place, not somebody's house.

    >>> coarse(Decimal("26.93468"))
    Decimal('26.93')
    """
    return None if degrees is None else Decimal(degrees).quantize(Decimal("0.01"))
