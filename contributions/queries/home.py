"""What a member's home page reads, in as few statements as it can. Pass every linked id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When

from contributions.models import Contribution, Review, TimeEntry
from core.prepared import prepared


@dataclass(frozen=True)
class HomeNumbers:
    """Minutes of this ISO week (logged and not refused; of these approved), open reviews, and guilds."""

    week_logged: int
    week_checked: int
    reviews_waiting: int
    guilds: int


_NUMBERS = """
SELECT week.logged, week.checked, (
        SELECT count(*) FROM contributions_contribution c
        WHERE c.state IN ('submitted', 'in_review') AND c.source = 'logged' AND c.subject_id <> ALL(%(subjects)s::uuid[])
        AND NOT EXISTS (SELECT FROM contributions_pendingverdict v WHERE v.contribution_id = c.id)
        AND c.guild_id IN (
            SELECT g.guild_id FROM guilds_grant g
            WHERE g.subject_id = ANY(%(subjects)s::uuid[]) AND g.revoked_at IS NULL
            AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)
            UNION ALL
            SELECT m.guild_id FROM guilds_membership m
            WHERE m.subject_id = ANY(%(subjects)s::uuid[]) AND m.left_at IS NULL
            AND reputation_earned_review(%(subjects)s::uuid[], m.guild_id, %(now)s)
        )
    ), (SELECT count(*) FROM guilds_membership m WHERE m.subject_id = ANY(%(subjects)s::uuid[]) AND m.left_at IS NULL)
FROM (
    SELECT coalesce(sum(e.minutes), 0)::int AS logged,
        coalesce(sum(e.minutes) FILTER (WHERE c.points IS NOT NULL), 0)::int AS checked
    FROM contributions_timeentry e JOIN contributions_contribution c ON c.id = e.contribution_id
    WHERE e.subject_id = ANY(%(subjects)s::uuid[]) AND e.worked_on BETWEEN %(monday)s AND %(monday)s + 6
        AND c.state NOT IN ('withdrawn', 'rejected') AND c.source = 'logged'
) week
"""


def home_numbers(subject_ids: Sequence[UUID], *, monday: date, now: datetime) -> HomeNumbers:
    """The numbers of the ISO week that begins on `monday`, and what waits for this reviewer. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, {"subjects": [str(i) for i in subject_ids], "monday": monday, "now": now})
        return HomeNumbers(*cursor.fetchone())


def own_news(subject_ids: Sequence[UUID], *, limit: int = 6) -> list[Contribution]:
    """The latest credited contribution (if any), then what waits for its person: returned work, then drafts.

    One statement, so that the home page stays quick; tell them apart by `points`. Each row has claimed `minutes`, and
    the approved ones `rubric`, `minutes_approved`, `reviewer_name` and the reviewer's words in `reason`.
    """
    return _own_news(list(subject_ids), limit=limit)


@prepared
def _own_news(subject_ids: Sequence[UUID], *, limit: int) -> QuerySet[Contribution]:
    mine = Contribution.objects.filter(subject_id__in=subject_ids, source=Contribution.Source.LOGGED)
    state = Contribution.State
    latest = mine.filter(points__isnull=False).order_by("-decided_at").values("pk")[:1]
    waiting = mine.filter(state__in=[state.RETURNED, state.DRAFT]).order_by("-pk").values("pk")[:limit]
    entries = TimeEntry.objects.filter(contribution_id=OuterRef("pk")).order_by().values("contribution_id")
    verdict = Review.objects.filter(contribution_id=OuterRef("pk"), verdict=Review.Verdict.APPROVED)
    rank = Case(
        When(points__isnull=False, then=0),
        When(state=state.RETURNED, then=1),
        default=2,
        output_field=IntegerField(),
    )
    return (
        mine.filter(Q(pk__in=Subquery(latest)) | Q(pk__in=Subquery(waiting)))
        .select_related("task", "project")
        .annotate(
            minutes=Subquery(entries.annotate(n=Sum("minutes")).values("n")),
            rubric=Subquery(verdict.values("rubric")[:1]),
            minutes_approved=Subquery(verdict.values("minutes_approved")[:1]),
            reviewer_name=Subquery(verdict.values(name=F("reviewer__profile__display_name"))[:1]),
            reason=Subquery(verdict.values("reason")[:1]),
        )
        .order_by(rank, "-pk")
    )
