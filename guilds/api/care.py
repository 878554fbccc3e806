"""Looking after a guild over the API: its words, its proposal, handing it over, closing it, taking everything along."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request

from core.api.endpoints import Endpoint, writes
from guilds.api.guilds import SCOPE
from guilds.api.reach import guild_for, member_of, viewer_of
from guilds.api.rights import shown_grant
from guilds.api.shapes import (
    ClosingShape,
    GrantShape,
    GuildExportShape,
    GuildShape,
    MemberIdShape,
    NewExportShape,
    NewGuildShape,
    OfferShape,
    WhyShape,
)
from guilds.models import Closing, Grant, Guild, Handover
from guilds.permissions import check_steward, check_steward_by_grant
from guilds.queries import NAME
from guilds.services import (
    accept_stewardship,
    confirm_closing,
    decline_guild,
    decline_stewardship,
    edit_proposal,
    give_back_right,
    offer_stewardship,
    order_export,
    propose_closing,
    withdraw_closing,
    withdraw_proposal,
    withdraw_stewardship,
)


class Proposal(Endpoint):
    """A guild that isn't open yet."""

    @writes("edit_proposal", scope=SCOPE, body=NewGuildShape, answer=GuildShape, is_partial=True)
    def patch(self, request: Request, slug: str, values: dict[str, Any]) -> Guild:
        """Change a proposal of yours; one that was declined waits for an answer again."""
        edited = edit_proposal(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)
        return guild_for(request, edited.slug)


class TakingProposalBack(Endpoint):
    """Taking a proposal back."""

    @writes("withdraw_proposal", scope=SCOPE, answer=GuildShape)
    def post(self, request: Request, slug: str) -> Guild:
        """Take a proposal of yours back, so that nobody reads it in vain."""
        withdraw_proposal(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now())
        return guild_for(request, slug)


class Declining(Endpoint):
    """Not opening a guild."""

    @writes("decline_guild", scope=SCOPE, body=WhyShape, answer=GuildShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Guild:
        """Not open a proposed guild, with a reason that its proposer reads. For stewards of the hub."""
        decline_guild(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)
        return guild_for(request, slug)


class GivingBack(Endpoint):
    """Giving a right back."""

    @writes("give_back_right", scope=SCOPE, answer=GrantShape)
    def post(self, request: Request, slug: str, pk: UUID) -> dict[str, Any]:
        """End a right of your own."""
        guild = guild_for(request, slug)
        rows = Grant.objects.filter(guild=guild).select_related("guild").annotate(name=NAME)
        grant = get_object_or_404(rows, pk=pk)
        give_back_right(grant=grant, by=request.user.subject, now=timezone.now())
        return shown_grant(grant, viewer_of(request, guild.pk))


class Offering(Endpoint):
    """Offering to hand over."""

    @writes("offer_stewardship", scope=SCOPE, body=MemberIdShape, answer=OfferShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Handover:
        """Offer a member to become steward in your place. Nothing changes until they accept."""
        guild = guild_for(request, slug)
        check_steward_by_grant(request.user.subject, guild, timezone.now())
        to = member_of(guild, values["member"])
        return offer_stewardship(guild=guild, to=to, by=request.user.subject, now=timezone.now())


class AcceptingOffer(Endpoint):
    """Becoming steward."""

    @writes("accept_stewardship", scope=SCOPE, answer=OfferShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Handover:
        """Become steward in the place of whoever offered it to you."""
        accept_stewardship(handover=_offer(request, slug, pk), by=request.user.subject, now=timezone.now())
        return _offer(request, slug, pk)


class DecliningOffer(Endpoint):
    """Not becoming steward."""

    @writes("decline_stewardship", scope=SCOPE, answer=OfferShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Handover:
        """Not become steward; whoever offered it stays."""
        return decline_stewardship(handover=_offer(request, slug, pk), by=request.user.subject, now=timezone.now())


class TakingOfferBack(Endpoint):
    """Taking an offer back."""

    @writes("withdraw_stewardship", scope=SCOPE, answer=OfferShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Handover:
        """Take an offer of yours back while it waits."""
        return withdraw_stewardship(handover=_offer(request, slug, pk), by=request.user.subject, now=timezone.now())


class ProposingToClose(Endpoint):
    """Proposing to close a guild."""

    @writes("propose_closing", scope=SCOPE, body=WhyShape, answer=ClosingShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Closing:
        """Say that a guild should close, and why. A second steward, or one of the hub, confirms it."""
        return propose_closing(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)


class ConfirmingClose(Endpoint):
    """Closing a guild."""

    @writes("confirm_closing", scope=SCOPE, answer=GuildShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Guild:
        """Close a guild, as the second person. Everything stays to be read, and nothing new is taken."""
        confirm_closing(closing=_closing(request, slug, pk), by=request.user.subject, now=timezone.now())
        return guild_for(request, slug)


class NotClosing(Endpoint):
    """Letting a guild go on."""

    @writes("withdraw_closing", scope=SCOPE, answer=ClosingShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Closing:
        """Take a proposal to close a guild from the table. For its stewards."""
        return withdraw_closing(closing=_closing(request, slug, pk), by=request.user.subject, now=timezone.now())


class Exporting(Endpoint):
    """Taking everything along."""

    @writes("order_export", scope=SCOPE, body=NewExportShape, answer=GuildExportShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> dict[str, Any]:
        """Have everything of a guild written into one file, for stewards also with names."""
        made = order_export(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)
        told = {name: getattr(made, name) for name in ("pk", "state", "has_names", "asked_at")}
        return {**told, "url": reverse("guilds:export", args=[slug])}


def _offer(request: Request, slug: str, pk: UUID) -> Handover:
    return get_object_or_404(Handover.objects.select_related("guild"), guild=guild_for(request, slug), pk=pk)


def _closing(request: Request, slug: str, pk: UUID) -> Closing:
    """A proposal to close, which stewards alone see over the API."""
    guild = guild_for(request, slug)
    check_steward(request.user.subject, guild, timezone.now())
    return get_object_or_404(Closing.objects.select_related("guild"), guild=guild, pk=pk)
