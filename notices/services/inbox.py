"""The verbs of the inbox: tell somebody something, and mark it read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import Subject
from accounts.queries import linked_subjects
from core.jobs import nudge_by_name
from notices.models import MailChoices, Notice
from notices.services.planning import plan_urgent
from notices.topics import URGENT, is_muted


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
    """Put each piece of news into its inbox once, however often it is told; returns how many were given.

    What somebody muted is kept and counts as read. What is urgent is mailed soon.
    """
    news = list(news)
    muted = _muted_by({item.subject_id for item in news})
    rows = [
        Notice(
            subject_id=item.subject_id,
            kind=item.kind,
            event_id=item.event_id,
            url=item.url,
            params=item.params,
            created_at=item.happened_at or now,
            read_at=now if is_muted(item.kind, muted.get(item.subject_id, ())) else None,
        )
        for item in news
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    urgent = {item.event_id for item in news if item.kind in URGENT}
    if urgent and plan_urgent(urgent, now=now):
        nudge_by_name("notices.send_mails")
    return len(rows)


def _muted_by(people: set[UUID]) -> dict[UUID, list[str]]:
    """What each of some people muted, by every id of theirs; one statement, none for nobody."""
    if not people:
        return {}
    choices = MailChoices.objects.filter(
        Q(subject_id__in=people) | Q(subject__alias_links__alias_id__in=people)
    ).exclude(muted=[])
    found: dict[UUID, list[str]] = {}
    for subject_id, alias_id, muted in choices.values_list("subject_id", "subject__alias_links__alias_id", "muted"):
        found[subject_id] = muted
        if alias_id:
            found[alias_id] = muted
    return found


@transaction.atomic
def mark_inbox_read(*, by: Subject, now: datetime) -> int:
    """Mark every unread notice of a person as read; returns how many there were."""
    ids = linked_subjects(by.pk)
    return Notice.objects.filter(subject_id__in=ids, read_at__isnull=True).update(read_at=now)
