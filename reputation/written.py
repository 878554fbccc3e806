"""What stewards write about somebody's sanction: read by that person and the guild's stewards alone."""

from __future__ import annotations

from core.written import not_reportable
from reputation.models import Sanction


def register() -> None:
    """Fill the registry."""
    why = "a steward's words to one person, who can ask a steward of the hub to lift it"
    not_reportable(Sanction, why, "kind", "reason", "lift_reason")
