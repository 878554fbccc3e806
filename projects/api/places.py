"""Where problems are."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads
from core.api.shapes import Shape
from guilds.api.reach import guild_for
from guilds.models import Guild
from projects.queries.places import ProblemSpot, problem_map


class SpotProblemShape(Shape):
    """A problem at a place."""

    slug = serializers.CharField()
    title = serializers.CharField()


class SpotShape(Shape):
    """One place, to about a kilometre: what most call it, how many problems are there, the latest of them."""

    latitude = serializers.DecimalField(max_digits=4, decimal_places=2)
    longitude = serializers.DecimalField(max_digits=5, decimal_places=2)
    name = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    problems = SpotProblemShape(many=True)


class ProblemMapShape(Shape):
    """The places with most problems, and how many of all public problems have a place on the map."""

    placed = serializers.IntegerField()
    total = serializers.IntegerField()
    places = SpotShape(many=True)


class MapQuery(Shape):
    """Of which guild."""

    guild = serializers.SlugField(required=False)


class ProblemsMap(Endpoint):
    """The map."""

    @reads("read_problem_map", ProblemMapShape, scope=PUBLIC, query=MapQuery)
    def get(self, request: Request, values: dict[str, Any]) -> dict[str, Any]:
        """Read where the public problems are, all of them or one guild's."""
        guild: Guild | None = guild_for(request, values["guild"]) if values.get("guild") else None
        found = problem_map(guild and guild.pk)
        return {"placed": found.placed, "total": found.total, "places": [_shown(spot) for spot in found.spots]}


def _shown(spot: ProblemSpot) -> dict[str, Any]:
    problems = [{"slug": slug, "title": title} for slug, title in spot.problems]
    return {
        "latitude": spot.latitude,
        "longitude": spot.longitude,
        "name": spot.name,
        "count": spot.count,
        "problems": problems,
    }
