"""How moderation forgets a person: words go, who decided what stays under random ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from core.registries import register_personal_data
from moderation.models import Case, Report
from moderation.services import forget_words_of


def _erase_cases(ids: Sequence[UUID]) -> None:
    """Hidden words of the person, and what moderators and others wrote about them; their own reasons go with the rest."""
    forget_words_of(Case.objects.filter(author_id__in=ids))


def _export_cases(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return (
        Case.objects.filter(author_id__in=ids)
        .exclude(state__in=["waiting", "dismissed"])
        .values("kind", "state", "concern", "kept_words", "decided_at", "appealed_at", "settled_at")
    )


def _erase_reports(ids: Sequence[UUID]) -> None:
    Report.objects.filter(reporter_id__in=ids).exclude(words="").update(words="")


def _export_reports(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Report.objects.filter(reporter_id__in=ids).values("case__kind", "concern", "words", "reported_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Case, erase=_erase_cases, export=_export_cases)
    register_personal_data(Report, erase=_erase_reports, export=_export_reports)
