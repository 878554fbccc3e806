"""Reading a board: its top, somebody's rank, and who stands around them. Each reads a bounded number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.models import Profile
from contributions.services.boards import SCORES, values_of
from guilds.models import Guild

TOP = """
SELECT subject_id, points FROM contributions_score
WHERE guild_id = %(guild)s AND period = %(period)s AND kind = %(kind)s
ORDER BY points DESC, subject_id LIMIT %(limit)s OFFSET %(start)s
"""

#: My points, and the step they stand on. Steps are a few seconds old: the next one up is near enough until they are made anew.
RANK = """
SELECT s.points, b.above + CASE WHEN b.points > s.points THEN b.people ELSE 0 END + 1
FROM contributions_score s LEFT JOIN LATERAL (
    SELECT points, above, people FROM contributions_boardstep
    WHERE guild_id = s.guild_id AND period = s.period AND kind = s.kind AND points >= s.points ORDER BY points LIMIT 1
) b ON true
WHERE s.guild_id = %(guild)s AND s.period = %(period)s AND s.kind = %(kind)s AND s.subject_id = %(subject)s
"""

#: Ranges of the board's index, away from my place in both directions: those with as many points, then those with others.
AROUND = """
SELECT subject_id, points FROM (
    (SELECT * FROM (
        (SELECT subject_id, points FROM contributions_score
         WHERE guild_id = %(guild)s AND period = %(period)s AND kind = %(kind)s AND points = %(points)s
            AND subject_id < %(subject)s ORDER BY subject_id DESC LIMIT %(each)s)
        UNION ALL
        (SELECT subject_id, points FROM contributions_score
         WHERE guild_id = %(guild)s AND period = %(period)s AND kind = %(kind)s AND points > %(points)s
         ORDER BY points, subject_id DESC LIMIT %(each)s)
    ) before ORDER BY points, subject_id DESC LIMIT %(each)s)
    UNION ALL
    (SELECT * FROM (
        (SELECT subject_id, points FROM contributions_score
         WHERE guild_id = %(guild)s AND period = %(period)s AND kind = %(kind)s AND points = %(points)s
            AND subject_id >= %(subject)s ORDER BY subject_id LIMIT %(each)s + 1)
        UNION ALL
        (SELECT subject_id, points FROM contributions_score
         WHERE guild_id = %(guild)s AND period = %(period)s AND kind = %(kind)s AND points < %(points)s
         ORDER BY points DESC, subject_id LIMIT %(each)s)
    ) after ORDER BY points DESC, subject_id LIMIT %(each)s + 1)
) s ORDER BY points DESC, subject_id
"""


@dataclass(frozen=True)
class Row:
    """One line of a board; `name` is empty where the person gave none."""

    subject: UUID
    points: int
    name: str
    handle: str
    rank: int = 0


@dataclass(frozen=True)
class Place:
    """Where somebody stands: their points and rank (people with more, and one; None until steps are made)."""

    points: int
    rank: int | None


@dataclass(frozen=True)
class Board:
    """Which board: a guild's, for a period ("all", a month, a quarter) and a kind of help ("" for all)."""

    guild: UUID
    period: str
    kind: str = ""

    def top(self, *, start: int = 0, limit: int = 100) -> list[Row]:
        """The first of the board, most points first; equal ones in the order of their ids, with the same rank. Two statements."""
        ranked: list[Row] = []
        for number, row in enumerate(self._named(TOP, start=start, limit=limit), start=start + 1):
            is_equal = bool(ranked) and ranked[-1].points == row.points
            ranked.append(replace(row, rank=ranked[-1].rank if is_equal else number))
        return ranked

    def place_of(self, subject: UUID) -> Place | None:
        """Where a person (primary id) stands, or None when they are not on it. One statement."""
        found = self._rows(RANK, subject=str(subject))
        return Place(*found[0]) if found else None

    def around(self, subject: UUID, points: int, each: int = 2) -> list[Row]:
        """Those before and after somebody with so many points, and themselves. Two statements."""
        return self._named(AROUND, subject=str(subject), points=points, each=each)

    def has_people(self, least: int) -> bool:
        """Whether at least so many are on it. One statement, which reads so many rows at most."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT FROM contributions_score WHERE guild_id = %s AND period = %s AND kind = %s"
                " LIMIT %s) x",
                [str(self.guild), self.period, self.kind, least],
            )
            row = cursor.fetchone()
        return bool(row and row[0] >= least)

    def _named(self, sql: str, **values: object) -> list[Row]:
        """Rows of the board with the names that people gave themselves."""
        found = self._rows(sql, **values)
        profiles = Profile.objects.filter(subject_id__in=[subject for subject, _points in found])
        names = {subject: names for subject, *names in profiles.values_list("subject_id", "display_name", "handle")}
        return [Row(subject, points, *names.get(subject, ("", ""))) for subject, points in found]

    def _rows(self, sql: str, **values: object) -> list[tuple]:  # type: ignore[type-arg]
        with connection.cursor() as cursor:
            cursor.execute(sql, {"guild": str(self.guild), "period": self.period, "kind": self.kind, **values})
            return cursor.fetchall()


def board_differences(guild: Guild, now: datetime) -> Iterator[str]:
    """A sentence for each score that is not what the ledger says. Scores of periods that are kept no more are passed over."""
    values = values_of(guild, None, now)
    sql = f"""
    SELECT coalesce(w.period, h.period), coalesce(w.kind, h.kind), coalesce(w.subject_id, h.subject_id), w.points, h.points
    FROM ({SCORES}) w FULL JOIN (
        SELECT * FROM contributions_score WHERE guild_id = %(guild)s AND period = ANY(%(periods)s)
    ) h ON h.period = w.period AND h.kind = w.kind AND h.subject_id = w.subject_id
    WHERE w.points IS DISTINCT FROM h.points
    """  # noqa: S608  (SQL of our own)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for period, kind, subject, wanted, has in cursor.fetchall():
            yield (
                f"score of {subject} in guild {guild.slug} for {period} {kind or 'all kinds'}: the board has {has or 0}, the "
                f"ledger says {wanted or 0}."
            )
