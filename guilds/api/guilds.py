"""Guilds over the API: to find, propose, open, join and leave."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads, writes
from core.api.paging import OLDEST_FIRST, Listing, page
from guilds.api.reach import guild_for, guilds_for, member_of
from guilds.api.shapes import FirstStewardShape, GuildShape, GuildsQuery, NewGuildShape
from guilds.models import Guild
from guilds.services import join_guild, leave_guild, open_guild, propose_guild

SCOPE = "guilds:write"


class Guilds(Endpoint):
    """All guilds."""

    @reads("list_guilds", GuildShape, scope=PUBLIC, query=GuildsQuery, order=OLDEST_FIRST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List guilds, the oldest first."""
        rows = guilds_for(request)
        if state := values.pop("state", ""):
            rows = rows.filter(state=state)
        return page(rows, OLDEST_FIRST, **values)

    @writes("propose_guild", scope=SCOPE, body=NewGuildShape, answer=GuildShape, status=201)
    def post(self, request: Request, values: dict[str, Any]) -> Guild:
        """Propose a guild; a steward of the hub opens it."""
        guild = propose_guild(**values, by=request.user.subject, now=timezone.now())
        return guild_for(request, guild.slug)


class OneGuild(Endpoint):
    """One guild."""

    @reads("read_guild", GuildShape, scope=PUBLIC)
    def get(self, request: Request, slug: str) -> Guild:
        """Read one guild; a proposed one is for its members and for stewards of the hub."""
        return guild_for(request, slug)


class Opening(Endpoint):
    """Opening a proposed guild."""

    @writes("open_guild", scope=SCOPE, body=FirstStewardShape, answer=GuildShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Guild:
        """Open a proposed guild with its first steward, who isn't you. For stewards of the hub."""
        guild = guild_for(request, slug)
        steward = member_of(guild, values["steward"])
        open_guild(guild=guild, steward=steward, by=request.user.subject, now=timezone.now())
        return guild_for(request, slug)


class Joining(Endpoint):
    """Becoming a member."""

    @writes("join_guild", scope=SCOPE, answer=GuildShape)
    def post(self, request: Request, slug: str) -> Guild:
        """Join an open guild."""
        join_guild(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now())
        return guild_for(request, slug)


class Leaving(Endpoint):
    """Ending a membership."""

    @writes("leave_guild", scope=SCOPE, answer=GuildShape)
    def post(self, request: Request, slug: str) -> Guild:
        """Leave a guild. Your rights there end; what you earned stays yours."""
        guild = guild_for(request, slug)
        leave_guild(guild=guild, by=request.user.subject, now=timezone.now())
        guild.is_mine = False
        return guild
