"""Members, rights and rules of a guild over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads, writes
from core.api.paging import Listing, Order, page
from core.errors import PermissionRefused
from guilds.api.guilds import SCOPE
from guilds.api.reach import guild_for, member_of, viewer_of
from guilds.api.shapes import GrantShape, MemberShape, NewGrantShape, NewPolicyShape, PolicyShape
from guilds.models import Grant, Policy
from guilds.permissions import check_steward
from guilds.queries import NAME, Viewer, current_policy, live_grants
from guilds.services import grant_right, publish_policy, revoke_right

_BY_ID = Order(("pk",), (UUID,))


class Members(Endpoint):
    """Who belongs to a guild."""

    @reads("list_members", MemberShape, order=_BY_ID)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List who belongs to a guild, for its members; in the order in which they joined."""
        guild = guild_for(request, slug)
        viewer = viewer_of(request, guild.pk)
        if not viewer.sees_names:
            raise PermissionRefused(_("Only members of %(guild)s see who belongs to it.") % {"guild": guild.name})
        rows = guild.memberships.filter(left_at__isnull=True).annotate(name=NAME)
        found = page(rows, _BY_ID, **values)
        shown = [
            {"id": seat.subject_id if viewer.is_steward else None, "name": seat.name, "joined_at": seat.joined_at}
            for seat in found.items
        ]
        return Listing(shown, found.after)


class Grants(Endpoint):
    """Who holds which right in a guild."""

    @reads("list_grants", GrantShape, scope=PUBLIC, order=_BY_ID)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List the rights that are held in a guild; who holds them is for members to see."""
        guild = guild_for(request, slug)
        viewer = viewer_of(request, guild.pk)
        found = page(_grants(guild.pk), _BY_ID, **values)
        return Listing([shown_grant(grant, viewer) for grant in found.items], found.after)

    @writes("grant_right", scope=SCOPE, body=NewGrantShape, answer=GrantShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> dict[str, Any]:
        """Give a member a right. For stewards of the guild."""
        guild = guild_for(request, slug)
        check_steward(request.user.subject, guild, timezone.now())
        grant = grant_right(
            guild=guild,
            subject=member_of(guild, values["member"]),
            right=values["right"],
            by=request.user.subject,
            now=timezone.now(),
            until=values["ends_at"],
        )
        return shown_grant(_grants(guild.pk).get(pk=grant.pk), viewer_of(request, guild.pk))


class Revoking(Endpoint):
    """Taking a right back."""

    @writes("revoke_right", scope=SCOPE, answer=GrantShape)
    def post(self, request: Request, slug: str, pk: UUID) -> dict[str, Any]:
        """Take a right back at once. For stewards of the guild."""
        guild = guild_for(request, slug)
        rows = Grant.objects.filter(guild=guild).select_related("guild").annotate(name=NAME)
        grant = get_object_or_404(rows, pk=pk)
        revoke_right(grant=grant, by=request.user.subject, now=timezone.now())
        return shown_grant(grant, viewer_of(request, guild.pk))


class Rules(Endpoint):
    """The numbers by which a guild counts work."""

    @reads("read_policy", PolicyShape, scope=PUBLIC)
    def get(self, request: Request, slug: str) -> Policy:
        """Read the version of a guild's rules that is in force."""
        return current_policy(guild_for(request, slug).pk, timezone.now())

    @writes("publish_policy", scope=SCOPE, body=NewPolicyShape, answer=PolicyShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Policy:
        """Publish the next version of a guild's rules. For its stewards."""
        now = timezone.now()
        starts = values.pop("effective_at", now)
        return publish_policy(
            guild=guild_for(request, slug), by=request.user.subject, now=now, effective_at=starts, **values
        )


def _grants(guild_id: UUID) -> QuerySet[Grant]:
    return live_grants(timezone.now()).filter(guild_id=guild_id).annotate(name=NAME)


def shown_grant(grant: Any, viewer: Viewer) -> dict[str, Any]:
    """A right as this reader may see it."""
    return {
        "pk": grant.pk,
        "right": grant.right,
        "ends_at": grant.ends_at,
        "name": grant.name if viewer.sees_names else "",
        "member": grant.subject_id if viewer.is_steward else None,
    }
