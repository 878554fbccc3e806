"""How the inbox forgets a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from core.registries import register_personal_data
from notices.models import Notice


def _erase(ids: Sequence[UUID]) -> None:
    Notice.objects.filter(subject_id__in=ids).delete()


def _export(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Notice.objects.filter(subject_id__in=ids).values("kind", "params", "url", "created_at", "read_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Notice, erase=_erase, export=_export)
