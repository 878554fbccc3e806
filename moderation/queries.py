"""Reads of moderation: the queue of a moderator, and one case as its reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.queries import ids_of
from core.timeline import history_of
from guilds.queries import live_grants, rights_of
from moderation.models import Case, Report
from moderation.rules import WAITS

CASES_PER_PAGE = 20

#: Read along with whoever is logged in (accounts/backends.py): how many cases they could decide now, a hundred at most.
#: Whoever looks after nothing costs it one look at their rights.
ABOUT_READER = """
CASE WHEN accounts_user.is_staff OR EXISTS (
    SELECT FROM guilds_grant g WHERE g.subject_id = ANY(:ids:) AND g.right = 'steward' AND g.revoked_at IS NULL
        AND g.starts_at <= statement_timestamp() AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
) THEN (SELECT count(*) FROM (
    SELECT FROM moderation_case c WHERE c.state IN ('waiting', 'appealed')
        AND (accounts_user.is_staff OR NOT c.for_hub AND c.guild_id IN (
            SELECT g.guild_id FROM guilds_grant g
            WHERE g.subject_id = ANY(:ids:) AND g.right = 'steward' AND g.revoked_at IS NULL
                AND g.starts_at <= statement_timestamp() AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
        ) AND NOT EXISTS (
            SELECT FROM guilds_grant g
            WHERE g.subject_id = c.author_id AND g.guild_id = c.guild_id AND g.right = 'steward' AND g.revoked_at IS NULL
                AND g.starts_at <= statement_timestamp() AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
        ))
        AND (c.author_id IS NULL OR c.author_id <> ALL(:ids:))
        AND (c.state = 'waiting' OR c.decided_by_id <> ALL(:ids:))
        AND NOT EXISTS (SELECT FROM moderation_report r WHERE r.case_id = c.id AND r.reporter_id = ANY(:ids:))
    LIMIT 100
) waiting) ELSE 0 END
"""


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
        is_ours = case.guild_id in self.guilds and not case.for_hub and not getattr(case, "is_about_steward", False)
        return self.is_hub_steward or is_ours


def moderator_of(user: Any, now: datetime) -> Moderator:
    """What a signed-in person moderates. At most one statement."""
    ids = tuple(ids_of(user))
    if user.is_staff:
        return Moderator(ids, True, ())
    guilds = tuple(guild for guild, rights in rights_of(ids, now).items() if "steward" in rights)
    return Moderator(ids, False, guilds)


def about_steward(now: datetime) -> Exists:
    """Whether the author of a case is a steward of its guild at `now`, whatever they were when it was opened."""
    grants = live_grants(now).filter(guild_id=OuterRef("guild_id"), right="steward")
    return Exists(grants.filter(subject_id=OuterRef("author_id")))


def cases_of(moderator: Moderator, now: datetime) -> QuerySet[Case]:
    """Every case that is this moderator's to look after."""
    rows = Case.objects.filter(Q(author__isnull=True) | ~Q(author_id__in=moderator.ids))
    if moderator.is_hub_steward:
        return rows
    return rows.filter(~about_steward(now), guild_id__in=moderator.guilds, for_hub=False)


def waits_in_guild(guild_id: UUID, moderator: Moderator, now: datetime) -> int:
    """How many cases of one guild wait that this moderator could decide. One statement."""
    rows = cases_of(moderator, now).filter(guild_id=guild_id, state__in=sorted(WAITS))
    rows = rows.exclude(state=Case.State.APPEALED, decided_by_id__in=moderator.ids)
    reported = Report.objects.filter(case=OuterRef("pk"), reporter_id__in=moderator.ids)
    return rows.filter(~Exists(reported)).count()


def case_queue(moderator: Moderator, now: datetime, *, is_open: bool, page: int = 1) -> list[Case]:
    """A page of a moderator's cases: what waits, the oldest first, or what was decided, the latest first. One statement.

    One row more than a page holds says that there is a next one. Each has `report_count`, `concerns` and `guild`.
    """
    rows = cases_of(moderator, now)
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


def case_pages(now: datetime) -> QuerySet[Case]:
    """Cases with their guild, their steps (`history`) and whether they are about a steward (`is_about_steward`)."""
    return Case.objects.select_related("guild").annotate(history=history_of(), is_about_steward=about_steward(now))


def reports_of(case: Case) -> list[Report]:
    """What was reported, oldest first, each with `reporter_name` (may be empty). One statement."""
    rows = case.reports.annotate(reporter_name=F("reporter__profile__display_name"))
    return list(rows.order_by("reported_at", "pk"))


def has_reported(kind: str, object_id: UUID, ids: Sequence[UUID]) -> bool:
    """Whether the person's report on a thing waits for a moderator. One statement."""
    waiting = Q(case__kind=kind, case__object_id=object_id, case__state=Case.State.WAITING)
    return Report.objects.filter(waiting, reporter_id__in=ids).exists()
