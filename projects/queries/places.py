"""Where problems are: which place a name means, and the spots of the map."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count

from projects.models import Place, Problem
from projects.rules import place_names

#: The last of several names may be a state or a country, so a hamlet of that name is not meant.
_CITY = 20_000
SPOTS_MOST = 60
TITLES_MOST = 6

_FOUND = """
SELECT p.id FROM unnest(%(parts)s::text[]) WITH ORDINALITY AS part(name, place)
JOIN projects_place p ON p.names @> ARRAY[part.name]
WHERE part.place = 1 OR part.place < cardinality(%(parts)s::text[]) OR p.population >= %(city)s
ORDER BY part.place, (p.within && %(parts)s::text[]) DESC, p.population DESC, p.id LIMIT 1
"""


def find_place(text: str) -> Place | None:
    """The place that a typed text names ("Rohmoria, Dibrugarh, Assam" is Dibrugarh), or None. Two statements at most."""
    parts = place_names(text)
    if not parts:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, {"parts": parts, "city": _CITY})
        row = cursor.fetchone()
    return Place.objects.get(pk=row[0]) if row else None


def known_places(guild_id: UUID, limit: int = 30) -> list[str]:
    """What a guild's public problems call their places, the commonest first. One statement."""
    rows = Problem.objects.public().filter(guild_id=guild_id).exclude(place="").values("place")
    return list(rows.annotate(n=Count("pk")).order_by("-n", "place").values_list("place", flat=True)[:limit])


@dataclass(frozen=True)
class ProblemSpot:
    """One position with its problems: what most of them call it, how many, and the latest (slug, title)."""

    latitude: Decimal
    longitude: Decimal
    name: str
    count: int
    problems: list[tuple[str, str]]


@dataclass(frozen=True)
class ProblemMap:
    """The spots with most problems, how many problems have a position, and how many there are."""

    spots: list[ProblemSpot]
    placed: int = 0
    total: int = 0


# What a person pinned goes before what the name was found as. Both are coarse; a pin is rounded when it is stored.
_SPOTS = """
WITH shown AS (
    SELECT p.slug, p.title, p.place, p.created_at,
        coalesce(p.latitude, f.latitude) AS latitude, coalesce(p.longitude, f.longitude) AS longitude
    FROM projects_problem p JOIN guilds_guild g ON g.id = p.guild_id
    LEFT JOIN projects_place f ON f.id = p.found_place_id
    WHERE p.state NOT IN ('draft', 'rejected', 'duplicate') AND p.hidden_at IS NULL AND g.state <> 'proposed'
        AND (%(guild)s::uuid IS NULL OR p.guild_id = %(guild)s::uuid)
)
SELECT latitude, longitude, mode() WITHIN GROUP (ORDER BY place), count(*)::int,
    (array_agg(ARRAY[slug, title] ORDER BY created_at DESC))[1:%(titles)s],
    (sum(count(*)) OVER ())::int
FROM shown GROUP BY latitude, longitude
ORDER BY latitude IS NULL DESC, count(*) DESC, max(created_at) DESC LIMIT %(limit)s
"""


def problem_map(guild_id: UUID | None = None) -> ProblemMap:
    """Where the public problems are, of one guild or of all. One statement."""
    values: dict[str, Any] = {"guild": guild_id and str(guild_id), "titles": TITLES_MOST, "limit": SPOTS_MOST + 1}
    with connection.cursor() as cursor:
        cursor.execute(_SPOTS, values)
        rows = cursor.fetchall()
    if not rows:
        return ProblemMap([])
    total = rows[0][-1]
    nowhere = rows[0][3] if rows[0][0] is None else 0
    spots = [
        ProblemSpot(latitude, longitude, name, count, [(slug, title) for slug, title in latest])
        for latitude, longitude, name, count, latest, _total in rows
        if latitude is not None
    ]
    return ProblemMap(spots[:SPOTS_MOST], total - nowhere, total)
