"""Ways into a guild over the API: asking, answering, links, and how one wants to help."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from core.api.endpoints import Endpoint, reads, writes
from core.api.paging import Listing, Order, page
from guilds.api.guilds import SCOPE
from guilds.api.reach import guild_for
from guilds.api.shapes import (
    AskShape,
    GuildShape,
    InviteSecretShape,
    InviteShape,
    JoinAnswerShape,
    JoiningShape,
    JoinRequestShape,
    RolesShape,
)
from guilds.models import Guild, InviteLink, JoinRequest
from guilds.permissions import check_steward
from guilds.queries import NAME, live_links
from guilds.services import (
    answer_join_request,
    ask_to_join,
    change_joining,
    choose_roles,
    join_by_invite,
    revoke_invite,
    withdraw_join_request,
)
from guilds.services.invites import hash_of

_BY_ID = Order(("pk",), (UUID,))
_NEWEST = Order(("-pk",), (UUID,))


class Asking(Endpoint):
    """Asking to join."""

    @reads("list_join_requests", JoinRequestShape, order=_BY_ID)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List who asks to join, the longest waiting first. For stewards."""
        guild = guild_for(request, slug)
        check_steward(request.user.subject, guild, timezone.now())
        rows = JoinRequest.objects.filter(guild=guild, answer="").select_related("guild").annotate(name=NAME)
        return page(rows, _BY_ID, **values)

    @writes("ask_to_join", scope=SCOPE, body=AskShape, answer=JoinRequestShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Any:
        """Ask the stewards of a guild that is joined by request."""
        guild = guild_for(request, slug)
        return _shown(ask_to_join(guild=guild, by=request.user.subject, now=timezone.now(), **values))


class TakingBack(Endpoint):
    """Taking one's request back."""

    @writes("withdraw_join_request", scope=SCOPE, answer=JoinRequestShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Any:
        """Take your request to join back."""
        asked = _asked(request, slug, pk)
        return _shown(withdraw_join_request(request=asked, by=request.user.subject, now=timezone.now()))


class Answering(Endpoint):
    """Letting somebody in, or not."""

    @writes("answer_join_request", scope=SCOPE, body=JoinAnswerShape, answer=JoinRequestShape)
    def post(self, request: Request, slug: str, pk: UUID, values: dict[str, Any]) -> Any:
        """Let somebody in who asked, or decline with a reason. For stewards."""
        asked = _asked(request, slug, pk)
        answered = answer_join_request(request=asked, by=request.user.subject, now=timezone.now(), **values)
        return _shown(answered, named=True)


class Ways(Endpoint):
    """How people join."""

    @writes("change_joining", scope=SCOPE, body=JoiningShape, answer=GuildShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Guild:
        """Choose how people join: at once, by request, or by link. For stewards."""
        change_joining(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)
        return guild_for(request, slug)


class Roles(Endpoint):
    """How one helps."""

    @writes("choose_roles", scope=SCOPE, body=RolesShape, answer=RolesShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Any:
        """Say with what kinds of help you take part; it replaces what you chose before."""
        return choose_roles(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)


class JoiningByLink(Endpoint):
    """Joining by a link."""

    @writes("join_by_invite", scope=SCOPE, body=InviteSecretShape, answer=GuildShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Guild:
        """Join a guild by a link that a steward gave you."""
        guild = guild_for(request, slug)
        link = InviteLink.objects.filter(guild=guild, token_hash=hash_of(values["token"])).first()
        if link is None:
            raise serializers.ValidationError({"token": ["This is no link of this guild."]})
        join_by_invite(link=link, by=request.user.subject, now=timezone.now())
        return guild_for(request, slug)


class Invites(Endpoint):
    """A guild's links."""

    @reads("list_invites", InviteShape, order=_NEWEST)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List the links that let people in, the newest first. For stewards."""
        guild = guild_for(request, slug)
        check_steward(request.user.subject, guild, timezone.now())
        return page(live_links(guild.pk, timezone.now()), _NEWEST, **values)


class EndingLink(Endpoint):
    """Ending a link."""

    @writes("revoke_invite", scope=SCOPE, answer=InviteShape)
    def post(self, request: Request, slug: str, pk: UUID) -> InviteLink:
        """End a link at once; whoever came by it stays. For stewards."""
        guild = guild_for(request, slug)
        check_steward(request.user.subject, guild, timezone.now())
        link = get_object_or_404(InviteLink.objects.select_related("guild"), guild=guild, pk=pk)
        revoke_invite(link=link, by=request.user.subject, now=timezone.now())
        link.refresh_from_db()
        return link


def _asked(request: Request, slug: str, pk: UUID) -> JoinRequest:
    rows = JoinRequest.objects.filter(guild=guild_for(request, slug)).select_related("guild", "subject")
    return get_object_or_404(rows, pk=pk)


def _shown(asked: JoinRequest, *, named: bool = False) -> Any:
    """The request as it is now; who it is of, for stewards."""
    found: Any = JoinRequest.objects.select_related("guild").annotate(name=NAME).get(pk=asked.pk)
    if not named:
        found.name = ""
    return found
