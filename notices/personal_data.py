"""How the inbox forgets a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from core.registries import register_personal_data
from notices.models import Mail, MailChoices, Notice


def _erase(ids: Sequence[UUID]) -> None:
    Notice.objects.filter(subject_id__in=ids).delete()


def _export(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Notice.objects.filter(subject_id__in=ids).values("kind", "params", "url", "created_at", "read_at")


def _erase_choices(ids: Sequence[UUID]) -> None:
    MailChoices.objects.filter(subject_id__in=ids).delete()


def _export_choices(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return MailChoices.objects.filter(subject_id__in=ids).values("wants_digest", "muted", "changed_at")


def _erase_mails(ids: Sequence[UUID]) -> None:
    Mail.objects.filter(subject_id__in=ids).delete()


def _export_mails(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Mail.objects.filter(subject_id__in=ids).values("kind", "period", "state", "why", "tried_at", "ended_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(MailChoices, erase=_erase_choices, export=_export_choices)
    register_personal_data(Mail, erase=_erase_mails, export=_export_mails)
    register_personal_data(Notice, erase=_erase, export=_export)
