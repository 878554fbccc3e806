"""Reads of moderation: the queue of a moderator, and one case as its reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Q, QuerySet

from accounts.queries import ids_of
from core.timeline import history_of
from guilds.queries import rights_of
from moderation.models import Case, Report
from moderation.rules import WAITS

CASES_PER_PAGE = 20


@dataclass(frozen=True)
class Moderator:
    """Whose cases a person decides: the hub's (all of them), or those of the guilds they are a steward of."""

    ids: tuple[UUID, ...]
    is_hub_steward: bool
    guilds: tuple[UUID, ...]

    @property
    def is_any(self) -> bool:
        return self.is_hub_steward or bool(self.guilds)

    def looks_after(self, case: Case) -> bool:
        """Whether the case is in this moderator's queue (whether they may decide it is for the permission to say)."""
        if case.author_id in self.ids:
            return False
        return self.is_hub_steward or (case.guild_id in self.guilds and not case.for_hub)


def moderator_of(user: Any, now: datetime) -> Moderator:
    """What a signed-in person moderates. At most one statement."""
    ids = tuple(ids_of(user))
    if user.is_staff:
        return Moderator(ids, True, ())
    guilds = tuple(guild for guild, rights in rights_of(ids, now).items() if "steward" in rights)
    return Moderator(ids, False, guilds)


def cases_of(moderator: Moderator) -> QuerySet[Case]:
    """Every case that is this moderator's to look after."""
    rows = Case.objects.exclude(author_id__in=moderator.ids)
    return rows if moderator.is_hub_steward else rows.filter(guild_id__in=moderator.guilds, for_hub=False)


def case_queue(moderator: Moderator, *, is_open: bool, page: int = 1) -> list[Case]:
    """A page of a moderator's cases: what waits, the oldest first, or what was decided, the latest first. One statement.

    One row more than a page holds says that there is a next one. Each has `report_count`, `concerns` and `guild`.
    """
    rows = cases_of(moderator)
    rows = rows.filter(state__in=sorted(WAITS)) if is_open else rows.exclude(state__in=sorted(WAITS))
    order = ("opened_at", "pk") if is_open else ("-decided_at", "pk")
    start = (page - 1) * CASES_PER_PAGE
    return list(
        rows.select_related("guild")
        .defer("kept_words")
        .annotate(
            report_count=Count("reports"),
            concerns=ArrayAgg("reports__concern", distinct=True, default=[]),
        )
        .order_by(*order)[start : start + CASES_PER_PAGE + 1]
    )


def case_pages() -> QuerySet[Case]:
    """Cases with their guild and their steps (`history`)."""
    return Case.objects.select_related("guild").annotate(history=history_of())


def reports_of(case: Case) -> list[Report]:
    """What was reported, oldest first, each with `reporter_name` (may be empty). One statement."""
    rows = case.reports.annotate(reporter_name=F("reporter__profile__display_name"))
    return list(rows.order_by("reported_at", "pk"))


def has_reported(kind: str, object_id: UUID, ids: Sequence[UUID]) -> bool:
    """Whether the person's report on a thing waits for a moderator. One statement."""
    waiting = Q(case__kind=kind, case__object_id=object_id, case__state=Case.State.WAITING)
    return Report.objects.filter(waiting, reporter_id__in=ids).exists()
