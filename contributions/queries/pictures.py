"""Sums for pictures: a person's year by day, a guild's month by week and by kind of help.

A piece of work belongs to its last day, as on every other page. A guild's weeks begin on Monday, because its points do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from projects.models.task import ROLE_CHOICES

_ROLES = dict(ROLE_CHOICES)
#: Sums of a kind of help that fewer people than this gave are told together with others.
FEWEST_PEOPLE = 3


@dataclass(frozen=True)
class Day:
    """What a person says they did on one day, and what of it a reviewer approved, in minutes."""

    day: date
    minutes: int
    minutes_checked: int


_YEAR = """
WITH work AS (
    SELECT c.id, c.points IS NOT NULL AND c.state <> 'reversed' AS is_credited,
        max(e.worked_on) AS day, sum(e.minutes) AS minutes
    FROM contributions_contribution c JOIN contributions_timeentry e ON e.contribution_id = c.id
    WHERE c.subject_id = ANY(%(subjects)s::uuid[]) AND c.source = 'logged' AND c.state NOT IN ('withdrawn', 'rejected')
    GROUP BY c.id
)
SELECT w.day, sum(w.minutes)::int, coalesce(sum(r.minutes_approved) FILTER (WHERE w.is_credited), 0)::int
FROM work w LEFT JOIN contributions_review r ON r.contribution_id = w.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
WHERE w.day BETWEEN %(first)s AND %(last)s GROUP BY 1 ORDER BY 1
"""


def own_days(subject_ids: Sequence[UUID], *, first: date, last: date) -> list[Day]:
    """A person's logged days; withdrawn and rejected work is left out, as in their weeks. One statement."""
    values = {"subjects": [str(pk) for pk in subject_ids], "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_YEAR, values)
        return [Day(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Sum:
    """Minutes a reviewer approved, minutes that were handed in and wait, and how many pieces of work."""

    minutes_checked: int = 0
    minutes_waiting: int = 0
    pieces: int = 0


@dataclass(frozen=True)
class WeekSum(Sum):
    """The part of a week that lies in the month."""

    starts_on: date = date.min


@dataclass(frozen=True)
class KindSum(Sum):
    """One kind of help; an empty `role` is several kinds, because few people gave each of them."""

    role: str = ""

    @property
    def role_label(self) -> str:
        """The kind of help in the reader's language; empty for several."""
        return str(_ROLES.get(self.role, self.role))


@dataclass(frozen=True)
class GuildMonth:
    """A guild's logged work in one calendar month. `people` is None when they are fewer than `FEWEST_PEOPLE`."""

    first: date
    total: Sum
    people: int | None
    weeks: list[WeekSum]
    kinds: list[KindSum]


# What is handed in counts as claimed; drafts are their owner's alone. One person with two identities is one.
_WORK = """
WITH work AS (
    SELECT c.id, c.role, coalesce(l.primary_id, c.subject_id) AS person, max(e.worked_on) AS day,
        CASE WHEN c.state IN ('submitted', 'in_review', 'returned') THEN sum(e.minutes) ELSE 0 END AS waiting,
        CASE WHEN c.points IS NOT NULL THEN coalesce(max(r.minutes_approved), 0) ELSE 0 END AS checked
    FROM contributions_contribution c
    JOIN contributions_timeentry e ON e.contribution_id = c.id
    LEFT JOIN accounts_subjectlink l ON l.alias_id = c.subject_id
    LEFT JOIN (
        SELECT contribution_id, minutes_approved FROM contributions_review WHERE verdict = 'approved' AND overturned_at IS NULL
    ) r ON r.contribution_id = c.id
    WHERE c.guild_id = %(guild)s AND c.source = 'logged'
        AND c.state NOT IN ('draft', 'withdrawn', 'rejected', 'reversed')
        -- Nobody hands in work before its day (but for zones), and this has an index.
        AND c.submitted_at >= %(first)s::date - 2
    GROUP BY c.id, l.primary_id
    HAVING max(e.worked_on) >= %(first)s AND max(e.worked_on) < %(end)s
)
"""
_MONTH = f"""{_WORK}
SELECT grouping(role, date_trunc('week', day)), role, date_trunc('week', day)::date,
    sum(checked)::int, sum(waiting)::int, count(*)::int, array_agg(DISTINCT person)
FROM work GROUP BY GROUPING SETS ((role), (date_trunc('week', day)), ()) ORDER BY 1, 3, 4 DESC, 2
"""  # noqa: S608
_MONTHS = f"""{_WORK}
SELECT date_trunc('month', day)::date, sum(checked)::int FROM work GROUP BY 1 ORDER BY 1
"""  # noqa: S608
_BY_ROLE, _BY_WEEK = 1, 2


def month_end(first: date) -> date:
    """The first day of the next month."""
    return (first + timedelta(days=32)).replace(day=1)


def guild_month(guild_id: UUID, first: date) -> GuildMonth:
    """The month that begins on `first`. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTH, {"guild": str(guild_id), "first": first, "end": month_end(first)})
        rows = cursor.fetchall()
    kinds = [(role, Sum(*sums), set(people)) for level, role, _week, *sums, people in rows if level == _BY_ROLE]
    weeks = {week: sums for level, _role, week, *sums, _people in rows if level == _BY_WEEK}
    # Of nothing SQL gives one row of nulls.
    whole = [(Sum(*sums), len(people)) for level, _role, _week, *sums, people in rows if level > _BY_WEEK and people]
    total, people = whole[0] if whole else (Sum(), 0)
    monday = first - timedelta(days=first.weekday())
    mondays = [monday + timedelta(weeks=n) for n in range(6) if monday + timedelta(weeks=n) < month_end(first)]
    return GuildMonth(
        first=first,
        total=total,
        people=people if people >= FEWEST_PEOPLE else None,
        weeks=[WeekSum(*weeks.get(day, (0, 0, 0)), starts_on=day) for day in mondays],
        kinds=shown_kinds(kinds),
    )


def shown_kinds(kinds: Iterable[tuple[str, Sum, set[str]]]) -> list[KindSum]:
    """Kinds with their sums, most minutes first; those of few people as one, which takes in more until it has enough.

    Without that, what one person did would stand there as a kind of help. The rest can't be told from the total
    either, because it is a sum over at least `FEWEST_PEOPLE`, or over everybody.
    """
    rows = sorted(kinds, key=lambda kind: (-len(kind[2]), kind[0]))
    hidden = [row for row in rows if len(row[2]) < FEWEST_PEOPLE]
    told = [row for row in rows if len(row[2]) >= FEWEST_PEOPLE]
    while hidden and told and len(set().union(*(people for _role, _sums, people in hidden))) < FEWEST_PEOPLE:
        hidden.append(told.pop())
    found = [KindSum(s.minutes_checked, s.minutes_waiting, s.pieces, role=role) for role, s, _people in told]
    found.sort(key=lambda kind: (-kind.minutes_checked - kind.minutes_waiting, kind.role))
    if hidden:
        found.append(
            KindSum(
                sum(s.minutes_checked for _role, s, _people in hidden),
                sum(s.minutes_waiting for _role, s, _people in hidden),
                sum(s.pieces for _role, s, _people in hidden),
            )
        )
    return found


def guild_months(guild_id: UUID, first: date, *, months: int = 12) -> list[tuple[date, int]]:
    """(first day, checked minutes) of the months up to that of `first`, the oldest first. One statement."""
    firsts = [first]
    while len(firsts) < months:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    firsts.reverse()
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {"guild": str(guild_id), "first": firsts[0], "end": month_end(first)})
        found = dict(cursor.fetchall())
    return [(day, found.get(day, 0)) for day in firsts]
