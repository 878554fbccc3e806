"""What people write about what others wrote: read by moderators and the one concerned, so it has no button of its own."""

from __future__ import annotations

from core.written import not_reportable
from moderation.models import Case, Report


def register() -> None:
    """Fill the registry."""
    not_reportable(Case, "what was reported, kept for its moderators and its author", "kind", "title", "kept_words")
    not_reportable(Report, "read by the case's moderators alone", "words")
