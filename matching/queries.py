"""Which open tasks fit what somebody said, and what would when none does. One statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from matching.models import Availability
from matching.rules import NEAR_KM, SEPARATORS, TASKS_SHOWN, Answers, place_parts
from projects.models import Task
from projects.queries.places import find_place
from projects.rules import PROJECT_TAKES_WORK


@dataclass(frozen=True)
class Suggestion:
    """One open task that fits, and in what. `near` is the part of the place that was found ("" for none), or else the town that
    the place names, when the problem lies within `km` of it.

    `total` is how many fit in all, the same on each row.
    """

    id: UUID
    title: str
    role: str
    difficulty: str
    estimate_minutes: int
    is_starter: bool
    project_title: str
    project_slug: str
    language: str
    problem_place: str
    guild_id: UUID
    guild_name: str
    near: str
    km: int | None
    spoken: str
    is_own_guild: bool
    total: int

    def get_absolute_url(self) -> str:
        """The task's page."""
        return f"/tasks/{self.id}/"

    def get_role_display(self) -> str:
        """The kind of help in the reader's language."""
        return str(dict(Task._meta.get_field("role").flatchoices).get(self.role, self.role))

    def get_difficulty_display(self) -> str:
        """The difficulty in the reader's language."""
        return str(Task.Difficulty(self.difficulty).label)


# A task that this reader could take with at most one press before (joining): published, of a project that takes work in an
# open guild of theirs or one that anybody joins at once, and hidden by no moderator on the way to it.
_FROM = """
FROM projects_task t
JOIN projects_project p ON p.id = t.project_id AND p.state = ANY(%(takes_work)s) AND p.hidden_at IS NULL
JOIN projects_problem q ON q.id = p.problem_id AND q.hidden_at IS NULL
JOIN guilds_guild g ON g.id = p.guild_id AND g.state = 'open'
CROSS JOIN LATERAL (SELECT g.id IN (
    SELECT m.guild_id FROM guilds_membership m WHERE m.subject_id = ANY(%(subjects)s::uuid[]) AND m.left_at IS NULL
) AS is_own_guild) seat
"""
_IS_OPEN = "t.state = 'published' AND NOT t.is_open_work AND t.hidden_at IS NULL"
_TAKEABLE = "(seat.is_own_guild OR g.joining = 'open')"
_OF_KIND = "(cardinality(%(kinds)s::text[]) = 0 OR t.role = ANY(%(kinds)s::text[]))"
_IN_TIME = "(%(minutes)s::int IS NULL OR t.estimate_minutes <= %(minutes)s::int)"
#: Words in the language of the page can be read by whoever reads the page.
_READABLE = (
    "(cardinality(%(languages)s::text[]) = 0 OR p.language = %(page)s OR p.language = ANY(%(languages)s::text[]))"
)

# First what is good to begin with (for whoever begins), then what is nearer, in a language they named, in their own guild.
# Of tasks alike in these the first of each project comes before the second of any, so that three are not thrice the same.
_FITTING = f"""
WITH fitting AS (
    SELECT t.id, t.title, t.role, t.difficulty, t.estimate_minutes, t.is_starter, p.title AS project_title, p.slug, p.language,
        q.place, g.id AS guild_id, g.name, near.part, near.ord,
        CASE WHEN near.ord IS NULL AND away.km <= {NEAR_KM} THEN away.km END AS km,
        CASE WHEN p.language = ANY(%(languages)s::text[]) THEN p.language
            WHEN q.language = ANY(%(languages)s::text[]) THEN q.language END AS spoken,
        seat.is_own_guild, t.published_at,
        row_number() OVER (PARTITION BY p.id, t.is_starter ORDER BY t.estimate_minutes, t.published_at, t.id) AS turn,
        count(*) OVER ()::int AS total
    {_FROM}
    LEFT JOIN LATERAL (
        SELECT w.part, w.ord FROM unnest(%(parts)s::text[]) WITH ORDINALITY AS w (part, ord)
        WHERE strpos(' ' || btrim(regexp_replace(lower(q.place), %(between)s, ' ', 'g')) || ' ', w.part) > 0
        ORDER BY w.ord LIMIT 1
    ) near ON true
    LEFT JOIN projects_place f ON f.id = q.found_place_id
    CROSS JOIN LATERAL (SELECT coalesce(q.latitude, f.latitude) AS lat, coalesce(q.longitude, f.longitude) AS lon) spot
    CROSS JOIN LATERAL (SELECT 111.2 * sqrt(
        power(spot.lat - %(lat)s::float8, 2) + power((spot.lon - %(lon)s::float8) * cos(radians(%(lat)s::float8)), 2)
    ) AS km) away
    WHERE {_IS_OPEN} AND {_TAKEABLE} AND {_OF_KIND} AND {_IN_TIME} AND {_READABLE}
)
SELECT id, title, role, difficulty, estimate_minutes, is_starter, project_title, slug, language, place, guild_id, name,
    coalesce(btrim(part), CASE WHEN km IS NULL THEN '' ELSE %(town)s END), round(km)::int, coalesce(spoken, ''),
    is_own_guild, total
FROM fitting
ORDER BY (is_starter AND %(begins)s) DESC, ord NULLS LAST, round(km / 10) NULLS LAST, spoken IS NULL,
    is_own_guild DESC, turn, estimate_minutes, published_at, id
LIMIT %(limit)s
"""


def fitting_tasks(
    answers: Answers, *, subject_ids: Sequence[UUID] = (), begins: bool = True, limit: int = TASKS_SHOWN
) -> list[Suggestion]:
    """Open tasks that fit, the best first; always in the same order for the same answers. One statement, and two more to find a
    place on the map.

    `subject_ids` are all ids of the reader (none: a visitor); `begins`: nobody has approved work of theirs yet, so good
    first tasks come before others.
    """
    town = find_place(answers.place) if answers.place else None
    values = {
        **_values(answers, subject_ids),
        "begins": begins,
        "limit": limit,
        "parts": place_parts(answers.place),
        "lat": town and town.latitude,
        "lon": town and town.longitude,
        "town": town.name if town else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(_FITTING, values)
        return [Suggestion(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class WouldFit:
    """How many open tasks there would be if one answer were left out; in `shortest` minutes, if it were the time.

    `by_asking`: what fits, but in guilds that people join by asking or by a link. `open`: all that can be taken today, the
    shortest in `shortest_open` minutes.
    """

    open: int
    shortest_open: int | None
    any_kind: int
    any_time: int
    shortest: int | None
    any_language: int
    by_asking: int


_WOULD_FIT = f"""
SELECT count(*) FILTER (WHERE {_TAKEABLE}), min(t.estimate_minutes) FILTER (WHERE {_TAKEABLE}),
    count(*) FILTER (WHERE {_TAKEABLE} AND {_IN_TIME} AND {_READABLE}),
    count(*) FILTER (WHERE {_TAKEABLE} AND {_OF_KIND} AND {_READABLE}),
    min(t.estimate_minutes) FILTER (WHERE {_TAKEABLE} AND {_OF_KIND} AND {_READABLE}),
    count(*) FILTER (WHERE {_TAKEABLE} AND {_OF_KIND} AND {_IN_TIME}),
    count(*) FILTER (WHERE NOT {_TAKEABLE} AND {_OF_KIND} AND {_IN_TIME} AND {_READABLE})
{_FROM} WHERE {_IS_OPEN}
"""


def would_fit(answers: Answers, *, subject_ids: Sequence[UUID] = ()) -> WouldFit:
    """What an empty list of fitting tasks says instead. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WOULD_FIT, _values(answers, subject_ids))
        row = cursor.fetchone()
    assert row is not None
    return WouldFit(*row)


def _values(answers: Answers, subject_ids: Sequence[UUID]) -> dict[str, Any]:
    return {
        "takes_work": sorted(PROJECT_TAKES_WORK),
        "subjects": [str(one) for one in subject_ids],
        "kinds": list(answers.kinds),
        "minutes": answers.minutes,
        "languages": list(answers.languages),
        "page": (get_language() or "en").partition("-")[0],
        "between": "[" + SEPARATORS.replace("-", "") + "-]+",
    }


def availability_of(subject_id: UUID) -> Availability | None:
    """What somebody said, or None when they were never asked. One statement."""
    return Availability.objects.filter(subject_id=subject_id).first()
