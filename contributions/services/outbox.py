"""Hours that a phone kept while it was offline, taken in one by one: none waits for another, and none is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Subject
from contributions.models import Contribution
from contributions.services.log import ClientIdReused, EntryInput, log_hours
from core.errors import DomainError
from core.limits import LimitReached
from projects.models import Task

#: So many at once: what a slow line carries in one go, and what one request stores in well under a second.
KEPT_MOST = 50


@dataclass(frozen=True)
class KeptHours:
    """One entry as it was typed; `task` is None where there is no such task (any more)."""

    client_id: UUID
    task: Task | None
    entries: tuple[EntryInput, ...]
    note: str = ""
    link: str = ""


@dataclass(frozen=True)
class TakenHours:
    """What became of one entry.

    `outcome`: stored (also as a draft that has a `need`), known (it was stored before), differs (the id was used for
    other contents: `contribution` is what was stored under it), later (too many in an hour: `retry_after` seconds), or
    refused (no row can hold it). `refusal` says the last three in words.
    """

    client_id: UUID
    outcome: str
    contribution: Contribution | None = None
    refusal: str = ""
    retry_after: int = 0


def log_kept_hours(*, by: Subject, kept: Iterable[KeptHours], now: datetime) -> list[TakenHours]:
    """Log each entry as `log_hours` does, in a transaction of its own, and say what became of it, in the same order.

    One transaction around all would lose forty-nine entries with the fiftieth, and hold their locks for longer. A
    request that dies in the middle leaves what was stored; sent again, that is known.
    """
    return [_take(by, entry, now) for entry in kept]


def _take(by: Subject, kept: KeptHours, now: datetime) -> TakenHours:
    if kept.task is None:
        return TakenHours(kept.client_id, "refused", refusal=_("This task is gone. Choose another one."))
    try:
        logged = log_hours(
            by=by,
            client_id=kept.client_id,
            task=kept.task,
            entries=kept.entries,
            now=now,
            note=kept.note,
            link=kept.link,
        )
    except LimitReached as refusal:
        return TakenHours(kept.client_id, "later", refusal=refusal.message, retry_after=refusal.retry_after)
    except ClientIdReused as refusal:
        stored = Contribution.objects.filter(subject=by, client_id=kept.client_id).first()
        return TakenHours(kept.client_id, "differs", stored, refusal.message)
    except DomainError as refusal:
        return TakenHours(kept.client_id, "refused", refusal=refusal.message)
    return TakenHours(kept.client_id, "stored" if logged.is_new else "known", logged.contribution)
