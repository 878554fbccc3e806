"""Keeping boards: what changed is computed anew from the ledger, never added to, so that twice is once.

Who is whom is resolved here: claimed identities count for the person who claimed them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from contributions.models import BoardChange
from contributions.rules_boards import kept_periods
from guilds.models import Guild

# REP by person, period and kind of help: a reversal counts where what it takes back did.
SCORES = """
WITH earned AS (
    SELECT coalesce(l.primary_id, a.subject_id) AS subject_id,
        (coalesce(o.effective_at, t.effective_at) AT TIME ZONE %(zone)s)::date AS day,
        CASE t.source_kind WHEN 'contribution' THEN coalesce(c.role, 'other') WHEN 'review' THEN 'review' ELSE 'other' END
            AS kind,
        e.amount
    FROM reputation_account a
    LEFT JOIN accounts_subjectlink l ON l.alias_id = a.subject_id
    JOIN accounts_subject s ON s.id = coalesce(l.primary_id, a.subject_id) AND s.erased_at IS NULL
    JOIN reputation_entry e ON e.account_id = a.id
    JOIN reputation_transfer t ON t.id = e.transfer_id
    LEFT JOIN reputation_transfer o ON o.id = t.reverses_id
    LEFT JOIN contributions_contribution c ON t.source_kind = 'contribution' AND c.id = t.source_id
    WHERE a.guild_id = %(guild)s AND a.kind = 'rep' AND a.subject_id IS NOT NULL
        AND (%(people)s::uuid[] IS NULL OR coalesce(l.primary_id, a.subject_id) = ANY(%(people)s::uuid[]))
), counted AS (
    SELECT p.period, e.kind, e.subject_id, sum(e.amount) AS points
    FROM earned e CROSS JOIN LATERAL (VALUES
        ('all'), (to_char(e.day, 'YYYY-MM')), (to_char(e.day, 'YYYY-"Q"Q'))
    ) AS p (period)
    WHERE p.period = ANY(%(periods)s)
    GROUP BY p.period, e.subject_id, GROUPING SETS ((e.kind), ())
)
SELECT %(guild)s::uuid AS guild_id, period, coalesce(kind, '') AS kind, subject_id, points::bigint AS points
FROM counted WHERE points > 0
"""

_STEPS = """
INSERT INTO contributions_boardstep (guild_id, period, kind, points, above, people)
SELECT guild_id, period, kind, points, (sum(people) OVER higher - people)::bigint, people FROM (
    SELECT guild_id, period, kind, points, count(*) AS people FROM contributions_score
    WHERE guild_id = %s GROUP BY guild_id, period, kind, points
) counted
WINDOW higher AS (PARTITION BY guild_id, period, kind ORDER BY points DESC)
"""


@transaction.atomic
def keep_scores(*, guild: Guild, people: Collection[UUID] | None, now: datetime) -> None:
    """Compute the scores of these people (primary ids; None: of everybody) anew from the ledger.

    A guild without boards has none. One at a time for each guild. Two statements for a batch, however many people.
    """
    _lock(guild.pk)
    asked = None if people is None else [str(one) for one in people]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM contributions_score WHERE guild_id = %s AND (%s::uuid[] IS NULL OR subject_id = ANY(%s::uuid[]))",
            [str(guild.pk), asked, asked],
        )
        if guild.has_boards:
            cursor.execute(
                "INSERT INTO contributions_score (guild_id, period, kind, subject_id, points) " + SCORES,
                values_of(guild, asked, now),
            )
    BoardChange.objects.bulk_create(
        [BoardChange(guild_id=guild.pk, changed_at=now)],
        update_conflicts=True,
        unique_fields=["guild_id"],
        update_fields=["changed_at"],
    )


def values_of(guild: Guild, people: list[str] | None, now: datetime) -> dict[str, Any]:
    """What `SCORES` asks for: the guild, its zone, whose, and the periods that are kept today."""
    today = now.astimezone(ZoneInfo(guild.timezone)).date()
    return {"guild": str(guild.pk), "zone": guild.timezone, "people": people, "periods": kept_periods(today)}


def make_steps(*, now: datetime) -> int:
    """Make the steps of every guild whose scores changed anew; returns how many guilds. Safe to run twice at once."""
    made = 0
    for guild_id in list(BoardChange.objects.values_list("guild_id", flat=True)):
        made += _make_steps(guild_id)
    return made


@transaction.atomic
def _make_steps(guild_id: UUID) -> int:
    _lock(guild_id)
    if not BoardChange.objects.filter(guild_id=guild_id).delete()[0]:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contributions_boardstep WHERE guild_id = %s", [str(guild_id)])
        cursor.execute(_STEPS, [str(guild_id)])
    return 1


def _lock(guild_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contributions.boards:{guild_id}"])
