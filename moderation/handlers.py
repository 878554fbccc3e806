"""Moderation's reactions to what happened: tell the author and the reporters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.utils import timezone

from core.models import Event
from core.registries import subscribe
from core.written import written
from moderation.models import Case
from notices.services import News, notify

_TO_AUTHOR = {
    "case.hidden": "words_hidden",
    "case.shown": "words_shown",
    "case.upheld": "appeal_upheld",
    "case.overturned": "words_shown",
}
_TO_REPORTERS = {
    "case.hidden": "report_heard",
    "case.dismissed": "report_dismissed",
    "case.shown": "report_reversed",
    "case.overturned": "report_reversed",
}


def tell_people(events: Sequence[Event]) -> None:
    """One line in the inbox of whoever wrote it, and of those who reported it; twice is once."""
    ids = {event.object_id for event in events}
    cases = Case.objects.filter(pk__in=ids).prefetch_related("reports").in_bulk()
    news = [item for event in events if event.object_id in cases for item in _news(event, cases[event.object_id])]
    notify(news, now=timezone.now())


def _news(event: Event, case: Case) -> Iterator[News]:
    told: dict[UUID, str] = {}
    if event.kind in _TO_REPORTERS:
        told |= {report.reporter_id: _TO_REPORTERS[event.kind] for report in case.reports.all()}
    if event.kind in _TO_AUTHOR and case.author_id:
        told[case.author_id] = _TO_AUTHOR[event.kind]
    for subject_id, kind in told.items():
        yield News(
            subject_id=subject_id,
            kind=kind,
            event_id=event.pk,
            url=case.get_absolute_url(),
            params={"written": case.kind if written(case.kind) else "", "concern": case.concern},
            happened_at=event.occurred_at,
        )


def register() -> None:
    """Subscribe to the kinds above."""
    subscribe("moderation.tell_people", tell_people, {**_TO_AUTHOR, **_TO_REPORTERS})
