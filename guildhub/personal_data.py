"""How the hub's own tables forget a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from core.registries import holds_nothing_personal, register_personal_data
from guildhub.models import BackupRun, CheckRun, Heartbeat, MondayMail


def _erase_mails(ids: Sequence[UUID]) -> None:
    MondayMail.objects.filter(subject_id__in=ids).delete()


def _export_mails(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return MondayMail.objects.filter(subject_id__in=ids).values("monday", "state", "sent_at")


def register() -> None:
    """Fill the registry for guildhub's models."""
    register_personal_data(MondayMail, erase=_erase_mails, export=_export_mails)
    holds_nothing_personal(BackupRun, "names of files, counts and faults of backups")
    holds_nothing_personal(CheckRun, "what the integrity checks found, by ids of rows")
    holds_nothing_personal(Heartbeat, "when a background process was last seen")
