"""How much of guildhub each language says: counted when catalogues are compiled, read by the settings."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

#: A language is offered when this much of the core flow is translated.
OFFERED_FROM = 90
COUNTS = Path(__file__).resolve().parent.parent.parent / "locale" / "completeness.json"

#: Where the texts of the core flow stand: signing in by code, logging hours, the answer to them, points, the inbox, what
#: is around each page, and what the guild says when something goes wrong. A file, or a folder (or part of a name).
CORE_FLOW = (
    "accounts/adapter",
    "accounts/sign_in_forms",
    "contributions/forms",
    "contributions/models",
    "contributions/permissions",
    "contributions/rules",
    "contributions/services",
    "contributions/views",
    "core/charts",
    "core/errors",
    "core/formats",
    "core/http",
    "core/limits",
    "core/templatetags",
    "guildhub/context_processors",
    "guildhub/views/home",
    "guilds/roles",
    "notices/kinds",
    "notices/views",
    "reputation/models",
    "reputation/rules",
    "templates/40",
    "templates/500",
    "templates/_components",
    "templates/account",
    "templates/base.html",
    "templates/django",
    "templates/contributions/",
    "templates/guildhub/_",
    "templates/guildhub/front",
    "templates/guildhub/home",
    "templates/guildhub/offline",
    "templates/notices/inbox",
    "templates/reputation",
)

#: What stands beside it in those folders: deciding on disputes, looking a second time, trying other rules, vouching.
BESIDE_IT = (
    "contributions/models/challenge",
    "contributions/models/board",
    "contributions/models/integrity_case",
    "contributions/models/look",
    "contributions/models/simulation",
    "contributions/services/challenges",
    "contributions/services/looks",
    "contributions/services/patterns",
    "contributions/services/simulation",
    "contributions/views/challenges",
    "contributions/views/boards",
    "contributions/views/integrity",
    "contributions/views/looks",
    "contributions/views/policy_draft",
    "contributions/views/simulation",
    "contributions/views/trust",
    "reputation/models/trust",
    "templates/contributions/challenge",
    "templates/contributions/board",
    "templates/contributions/integrity",
    "templates/contributions/look",
    "templates/contributions/_simulated",
    "templates/contributions/policy_draft",
    "templates/contributions/trust",
    "templates/contributions/try_policy",
    "templates/guildhub/_waiting_link",
)


class Share(NamedTuple):
    """So many texts of so many."""

    done: int
    all: int

    @property
    def percent(self) -> int:
        """Rounded down: 100 means that nothing is missing."""
        return 100 * self.done // self.all if self.all else 0


class Completeness(NamedTuple):
    """What is translated of the core flow, and of everything."""

    core: Share
    all: Share


def is_core(files: tuple[str, ...] | list[str]) -> bool:
    """Whether a text that stands in these files belongs to the core flow."""
    return any(file.startswith(CORE_FLOW) and not file.startswith(BESIDE_IT) for file in files)


@lru_cache(maxsize=1)
def completeness() -> dict[str, Completeness]:
    """By language, as counted when its catalogue was compiled; nothing where none was (see `make setup`)."""
    try:
        counted = json.loads(COUNTS.read_text())
    except FileNotFoundError:
        return {}
    return {code: Completeness(Share(*core), Share(*whole)) for code, (core, whole) in counted.items()}


def offered() -> list[str]:
    """The languages whose core flow is complete enough, English first."""
    return ["en", *(code for code, found in completeness().items() if found.core.percent >= OFFERED_FROM)]
