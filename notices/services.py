"""The verbs of the inbox: tell somebody something, and mark it read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Subject
from accounts.queries import linked_subjects
from notices.models import Notice


@dataclass(frozen=True)
class News:
    """What to tell whom: `kind` is a key of `notices.kinds.NOTICE_KINDS`, `params` fill its sentence.

    `happened_at` is shown with it; a notice that a stopped worker brought late still says when the thing happened.
    """

    subject_id: UUID
    kind: str
    event_id: UUID
    url: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    happened_at: datetime | None = None


@transaction.atomic
def notify(news: Iterable[News], *, now: datetime) -> int:
    """Put each piece of news into its inbox once, however often it is told; returns how many were given."""
    rows = [
        Notice(
            subject_id=item.subject_id,
            kind=item.kind,
            event_id=item.event_id,
            url=item.url,
            params=item.params,
            created_at=item.happened_at or now,
        )
        for item in news
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


@transaction.atomic
def mark_inbox_read(*, by: Subject, now: datetime) -> int:
    """Mark every unread notice of a person as read; returns how many there were."""
    ids = linked_subjects(by.pk)
    return Notice.objects.filter(subject_id__in=ids, read_at__isnull=True).update(read_at=now)
