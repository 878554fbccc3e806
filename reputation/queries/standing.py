"""Standing: what it is today, what it is made of, and who may review because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, DateTimeField, F, Func, UUIDField, Value

from reputation.rules.standing import WHOLE, standing, weight


@dataclass(frozen=True)
class StandingPart:
    """What one month (UTC) brought to somebody's standing: its reputation, and how much of that counts today."""

    month: date
    earned: int
    counts: int


@dataclass(frozen=True)
class Standing:
    """Somebody's standing in one guild with the months it is made of, the newest first.

    The parts are rounded each for itself; `value` is rounded once, so they may differ by a few points.
    """

    value: int
    parts: tuple[StandingPart, ...] = ()


def standing_of(subject_ids: Sequence[UUID], guild_id: UUID, now: datetime) -> int:
    """A person's standing in a guild (pass every linked id). One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reputation_standing(%s::uuid[], %s, %s)", [_texts(subject_ids), str(guild_id), now])
        return int(cursor.fetchone()[0])


_DAYS = """
SELECT (coalesce(o.effective_at, t.effective_at) AT TIME ZONE 'UTC')::date AS day, sum(e.amount)::bigint
FROM reputation_account a
JOIN reputation_entry e ON e.account_id = a.id
JOIN reputation_transfer t ON t.id = e.transfer_id
LEFT JOIN reputation_transfer o ON o.id = t.reverses_id
WHERE a.guild_id = %(guild)s AND a.subject_id = ANY(%(subjects)s::uuid[]) AND a.kind = 'rep' AND t.effective_at <= %(now)s
GROUP BY 1 ORDER BY 1 DESC
"""


def explain_standing(subject_ids: Sequence[UUID], guild_id: UUID, now: datetime) -> Standing:
    """The same number with what it is made of, month by month. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"guild": str(guild_id), "subjects": _texts(subject_ids), "now": now})
        days = cursor.fetchall()
    today = now.astimezone(UTC).date()
    months: dict[date, tuple[int, int]] = {}
    for day, points in days:
        part = points * weight((today - day).days)
        if part:
            earned, counts = months.get(day.replace(day=1), (0, 0))
            months[day.replace(day=1)] = (earned + points, counts + part)
    parts = (StandingPart(month, earned, counts // WHOLE) for month, (earned, counts) in months.items())
    return Standing(standing(((today - day).days, points) for day, points in days), tuple(parts))


def earned_reviewers(guild_id: UUID, now: datetime) -> list[UUID]:
    """Members who may review by their standing alone. One statement over all members: for jobs, not for pages."""
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, {"guild": str(guild_id), "now": now})
        return [row[0] for row in cursor.fetchall()]


_EARNED = """
SELECT m.subject_id FROM guilds_membership m
WHERE m.guild_id = %(guild)s AND m.left_at IS NULL AND reputation_earned_review(
    m.subject_id || ARRAY(SELECT l.alias_id FROM accounts_subjectlink l WHERE l.primary_id = m.subject_id),
    m.guild_id, %(now)s
)
"""


def earned_review(subject_ids: Sequence[UUID], guild: F | UUID, now: datetime) -> Func:
    """Whether a person may review by standing, as a condition inside another statement; `guild` is a column or an id."""
    return Func(
        Value(list(subject_ids), output_field=ArrayField(UUIDField())),
        guild if isinstance(guild, F) else Value(guild, output_field=UUIDField()),
        Value(now, output_field=DateTimeField()),
        function="reputation_earned_review",
        output_field=BooleanField(),
    )


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(i) for i in ids]
