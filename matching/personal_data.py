"""How matching forgets a person: their answers go, and nothing is left that knew them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from core.registries import register_personal_data
from matching.models import Availability


def _erase(ids: Sequence[UUID]) -> None:
    Availability.objects.filter(subject_id__in=ids).delete()


def _export(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = Availability.objects.filter(subject_id__in=ids)
    return rows.values("kinds", "place", "languages", "minutes_a_week", "answered_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Availability, erase=_erase, export=_export)
