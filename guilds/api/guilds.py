"""Guilds over the API: to find, propose, open, join and leave."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads, writes
from core.api.paging import OLDEST_FIRST, Listing, page
from guilds.api.reach import guild_for, guilds_for, member_of, own_ids
from guilds.api.shapes import FirstStewardShape, GuildShape, GuildsQuery, GuildWordsShape, NewGuildShape, SeatsShape
from guilds.models import Guild, Membership
from guilds.queries import guilds_reviewed_by, rights_of
from guilds.services import edit_guild, join_guild, leave_guild, open_guild, propose_guild

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

    @writes("edit_guild", scope=SCOPE, body=GuildWordsShape, answer=GuildShape, is_partial=True)
    def patch(self, request: Request, slug: str, values: dict[str, Any]) -> Guild:
        """Change what a guild says about itself. For its stewards."""
        edit_guild(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)
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


class OwnGuilds(Endpoint):
    """Where you belong."""

    @reads("list_my_guilds", SeatsShape)
    def get(self, request: Request) -> dict[str, Any]:
        """List the guilds you belong to, with your rights in each."""
        ids, now = own_ids(request), timezone.now()
        seats = Membership.objects.filter(subject_id__in=ids, left_at__isnull=True).select_related("guild")
        rights, reviewed = rights_of(ids, now), set(guilds_reviewed_by(ids, now))
        return {
            "items": [
                {
                    "guild": seat.guild.slug,
                    "name": seat.guild.name,
                    "joined_at": seat.joined_at,
                    "rights": sorted(rights.get(seat.guild_id, ())),
                    "may_review": seat.guild_id in reviewed,
                }
                for seat in seats.order_by("joined_at", "pk")
            ]
        }
