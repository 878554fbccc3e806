"""Vouches and sanctions in a guild, over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from contributions.views.trust import case_of
from core.api.endpoints import Endpoint, reads, writes
from core.api.paging import Listing, Order, page
from core.api.shapes import Shape
from core.errors import PermissionRefused
from guilds.api.reach import guild_for, member_of, own_ids, viewer_of
from guilds.api.shapes import MemberIdShape
from guilds.models import Guild
from guilds.permissions import check_steward
from guilds.queries import Viewer
from reputation.models import Sanction, Vouch
from reputation.queries import sanctions_seen, vouches_of
from reputation.services import lift_sanction, put_sanction, vouch_for, withdraw_vouch

_VOUCHES = Order(("-vouched_at", "-pk"), (datetime.fromisoformat, UUID))
_SANCTIONS = Order(("-begins_at", "-pk"), (datetime.fromisoformat, UUID))
SCOPE = "guilds:write"


class VouchShape(Shape):
    """Somebody's word that they know a member and that this is one person. `way`: whether you gave or got it."""

    id = serializers.UUIDField(source="pk")
    way = serializers.ChoiceField(choices=["given", "got"])
    vouched_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class SanctionShape(Shape):
    """What somebody may not do in a guild until `ends_at`. `member` is for stewards; empty `reason`: it follows a wrong vouch."""

    id = serializers.UUIDField(source="pk")
    kind = serializers.ChoiceField(choices=Sanction.Kind.choices)
    member = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    lift_reason = serializers.CharField(allow_blank=True)


class NewSanctionShape(Shape):
    """Whom to stop from what until when, and why; `case` is the pattern of approvals that it comes from."""

    member = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Sanction.Kind.choices)
    reason = serializers.CharField(max_length=600)
    ends_at = serializers.DateTimeField()
    case = serializers.UUIDField(required=False, allow_null=True, default=None)


class LiftShape(Shape):
    """Why it ends early; its person reads it."""

    reason = serializers.CharField(max_length=600)


class Vouches(Endpoint):
    """One's own vouches in a guild."""

    @reads("list_vouches", VouchShape, order=_VOUCHES)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List the vouches that you gave or got in a guild, the newest first; none that was taken back."""
        guild, ids = _guild(request, slug)
        found = page(vouches_of(ids, guild.pk), _VOUCHES, **values)
        return Listing([_vouch(row, ids) for row in found.items], found.after)

    @writes("vouch_for", scope=SCOPE, body=MemberIdShape, answer=VouchShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Vouch:
        """Vouch for a member, by the id that they find as their own: you know them, and that they are one person.

        Takes the standing that the guild's rules ask.
        """
        guild, ids = _guild(request, slug)
        subject = member_of(guild, values["member"])
        return _vouch(vouch_for(guild=guild, subject=subject, by=request.user.subject, now=timezone.now()), ids)


class Withdrawing(Endpoint):
    """Taking one's word back."""

    @writes("withdraw_vouch", scope=SCOPE, answer=VouchShape)
    def post(self, request: Request, pk: UUID) -> Vouch:
        """Take back that you vouch for somebody."""
        ids = own_ids(request)
        vouch = get_object_or_404(Vouch.objects.filter(voucher_id__in=ids), pk=pk)
        return _vouch(withdraw_vouch(vouch=vouch, by=request.user.subject, now=timezone.now()), ids)


class Sanctions(Endpoint):
    """What is stopped in a guild, and for whom."""

    @reads("list_sanctions", SanctionShape, order=_SANCTIONS)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List what is or was stopped for you in a guild, the newest first; its stewards see everybody's."""
        guild, ids = _guild(request, slug)
        viewer = viewer_of(request, guild.pk)
        found = page(sanctions_seen(guild.pk, None if viewer.is_steward else ids), _SANCTIONS, **values)
        return Listing([_sanction(row, viewer) for row in found.items], found.after)

    @writes("put_sanction", scope=SCOPE, body=NewSanctionShape, answer=SanctionShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Sanction:
        """Stop a member from reviewing, vouching or taking tasks until a time within a year. For stewards, with a reason."""
        guild = guild_for(request, slug)
        check_steward(request.user.subject, guild, timezone.now())
        made = put_sanction(
            guild=guild, subject=member_of(guild, values["member"]), kind=values["kind"], reason=values["reason"],
            ends_at=values["ends_at"], by=request.user.subject, now=timezone.now(), **case_of(guild, values["case"]),
        )  # fmt: skip
        return _sanction(made, viewer_of(request, guild.pk))


class Lifting(Endpoint):
    """Ending one early."""

    @writes("lift_sanction", scope=SCOPE, body=LiftShape, answer=SanctionShape)
    def post(self, request: Request, slug: str, pk: UUID, values: dict[str, Any]) -> Sanction:
        """End a sanction early, with a reason that its person reads. For stewards whom it is not about."""
        guild = guild_for(request, slug)
        check_steward(request.user.subject, guild, timezone.now())
        found = get_object_or_404(Sanction, pk=pk, guild=guild)
        lifted = lift_sanction(sanction=found, by=request.user.subject, reason=values["reason"], now=timezone.now())
        return _sanction(lifted, viewer_of(request, guild.pk))


def _guild(request: Request, slug: str) -> tuple[Guild, list[UUID]]:
    """A guild and the sender's ids in it; raises Http404, PermissionRefused."""
    guild = guild_for(request, slug)
    if not viewer_of(request, guild.pk).sees_names:
        raise PermissionRefused(_("Only members of %(guild)s see this page.") % {"guild": guild.name})
    return guild, own_ids(request)


def _vouch(vouch: Vouch, ids: list[UUID]) -> Vouch:
    vouch.way = "given" if vouch.voucher_id in ids else "got"
    return vouch


def _sanction(sanction: Sanction, viewer: Viewer) -> Sanction:
    sanction.member = sanction.subject_id if viewer.is_steward else None
    return sanction
