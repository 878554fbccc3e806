"""Boards over the API, for members."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from contributions.rules_boards import PEOPLE_LEAST
from contributions.views.boards import TOP, chosen_board
from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import FlagField
from core.api.shapes import Shape
from core.errors import PermissionRefused
from guilds.models import Guild
from guilds.queries import viewer_in
from guilds.services import switch_boards


class BoardQuery(Shape):
    """Which board: `month`, `quarter`, `all`, `last-month` or `last-quarter`, and a kind of help (empty: all)."""

    period = serializers.CharField(required=False, max_length=12, default="month")
    kind = serializers.CharField(required=False, allow_blank=True, max_length=12, default="")


class BoardRowShape(Shape):
    """One line; `name` is empty where the person gave none."""

    rank = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    points = serializers.IntegerField()
    is_you = serializers.BooleanField()


class BoardShape(Shape):
    """The first hundred of a board, and the sender's own place (null: not on it). Fewer than five people are not shown."""

    is_on = serializers.BooleanField()
    period = serializers.CharField()
    kind = serializers.CharField(allow_blank=True)
    your_rank = serializers.IntegerField(allow_null=True)
    your_points = serializers.IntegerField(allow_null=True)
    top = BoardRowShape(many=True)


class SwitchShape(Shape):
    """Whether the guild shows boards."""

    on = FlagField()


class BoardsOnShape(Shape):
    """Whether the guild shows boards."""

    is_on = serializers.BooleanField()


class OneBoard(Endpoint):
    """A guild's board."""

    @reads("read_board", BoardShape, query=BoardQuery)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> dict[str, Any]:
        """Read who earned how much REP in a guild that has switched boards on. For its members."""
        guild = _guild(slug)
        viewer = viewer_in(request.user, guild.pk, timezone.now())
        if not viewer.sees_names:
            raise PermissionRefused(
                _("Only members of %(guild)s see who earned how much. Join it first: its page has a button.")
                % {"guild": guild.name}
            )
        board, period, kind = chosen_board(guild, values["period"], values["kind"])
        is_shown = guild.has_boards and board.has_people(PEOPLE_LEAST)
        place = board.place_of(viewer.ids[0]) if is_shown else None
        return {
            "is_on": guild.has_boards,
            "period": period,
            "kind": kind,
            "your_rank": place and place.rank,
            "your_points": place and place.points,
            "top": [
                {"rank": row.rank, "name": row.name, "points": row.points, "is_you": row.subject in viewer.ids}
                for row in (board.top(limit=TOP) if is_shown else [])
            ],
        }


class Switching(Endpoint):
    """Switching boards on or off."""

    @writes("switch_boards", scope="guilds:write", body=SwitchShape, answer=BoardsOnShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> dict[str, Any]:
        """Switch a guild's boards on or off. For its stewards."""
        guild = switch_boards(guild=_guild(slug), on=values["on"], by=request.user.subject, now=timezone.now())
        return {"is_on": guild.has_boards}


def _guild(slug: str) -> Guild:
    return get_object_or_404(Guild.objects.exclude(state=Guild.State.PROPOSED), slug=slug)
