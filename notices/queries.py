"""Reads of the inbox, of what people want to hear of, and of how their mails are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from notices.models import Mail, MailChoices, Notice

#: More mails in doubt than this are one fault of the mail server, not many: a page names the count.
DOUBTS_SHOWN = 20


@dataclass(frozen=True)
class WeekOfMails:
    """How far the mails of one Monday are."""

    period: date
    total: int
    sent: int
    waiting: int
    skipped: int
    failed: int
    unknown: int

    @property
    def done(self) -> int:
        """Mails that have an end."""
        return self.total - self.waiting


@dataclass(frozen=True)
class MailState:
    """How the hub's mail is: the latest week, how many wait and since when, how many are in doubt, the first of these."""

    week: WeekOfMails | None
    waiting: int
    waiting_since: datetime | None
    in_doubt: int
    doubts: list[Mail]


def inbox(subject_ids: Sequence[UUID]) -> QuerySet[Notice]:
    """A person's notices, newest first; pass every linked subject id."""
    return Notice.objects.filter(subject_id__in=subject_ids).order_by("-id")


def choices_of(subject_id: UUID) -> MailChoices:
    """What a person wants to hear of; whoever said nothing hears everything. One statement, nothing is stored."""
    return MailChoices.objects.filter(subject_id=subject_id).first() or MailChoices(subject_id=subject_id)


def mail_state() -> MailState:
    """Three statements at most."""
    in_doubt = Q(state=Mail.State.UNKNOWN, decided_at__isnull=True)
    waits = Q(state__in=[Mail.State.PLANNED, Mail.State.SENDING])
    now = Mail.objects.filter(in_doubt | waits).aggregate(
        doubts=Count("pk", filter=in_doubt), waiting=Count("pk", filter=waits), since=Min("due_at", filter=waits)
    )
    doubts = Mail.objects.filter(in_doubt).order_by("-ended_at", "pk")[:DOUBTS_SHOWN] if now["doubts"] else []
    return MailState(_latest_week(), now["waiting"], now["since"], now["doubts"], list(doubts))


def _latest_week() -> WeekOfMails | None:
    def counted(*states: str) -> Count:
        return Count("pk", filter=Q(state__in=states))

    weeks = Mail.objects.filter(period__isnull=False).values("period").order_by("-period")
    found = weeks.annotate(
        total=Count("pk"),
        sent=counted("sent"),
        waiting=counted("planned", "sending"),
        skipped=counted("skipped"),
        failed=counted("failed"),
        unknown=counted("unknown"),
    ).first()
    return WeekOfMails(**found) if found else None
