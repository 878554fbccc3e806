"""Which guilds a sender may see, and what they are to one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request

from accounts.models import Subject
from accounts.queries import ids_of
from guilds.models import Guild, Membership
from guilds.permissions import is_hub_steward
from guilds.queries import Viewer, guild_pages, guilds_reviewed_by, viewer_in


def guilds_for(request: Request) -> QuerySet[Guild]:
    """Guilds as this reader may see them: proposed ones are for their members and for stewards of the hub."""
    ids = own_ids(request)
    mine = Membership.objects.filter(guild_id=OuterRef("pk"), subject_id__in=ids, left_at__isnull=True)
    rows = guild_pages().annotate(is_mine=Exists(mine) if ids else Value(False))
    sees_all = request.user.is_authenticated and is_hub_steward(request.user.subject)
    return rows if sees_all else rows.filter(~Q(state=Guild.State.PROPOSED) | Q(is_mine=True))


def own_ids(request: Request) -> list[UUID]:
    """Every Subject id of the sender; none without a token."""
    return ids_of(request.user) if request.user.is_authenticated else []


def names_told_in(request: Request, guild_ids: set[UUID]) -> set[UUID]:
    """Those of some guilds in which the sender sees who did what. One statement at most."""
    if not guild_ids or not request.user.is_authenticated:
        return set()
    if is_hub_steward(request.user.subject):
        return guild_ids
    seats = Membership.objects.filter(guild_id__in=guild_ids, subject_id__in=own_ids(request), left_at__isnull=True)
    return set(seats.values_list("guild_id", flat=True))


def reads_all_of(request: Request, guild_of: Callable[[Any], UUID]) -> Callable[[Any], bool]:
    """Whether the sender reviews in the guild of a row, and so gets words as they were written. Asked once at most."""

    @cache
    def guilds() -> frozenset[UUID]:
        return frozenset(guilds_reviewed_by(own_ids(request), timezone.now()))

    def reads(row: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        return is_hub_steward(request.user.subject) or guild_of(row) in guilds()

    return reads


def guild_for(request: Request, slug: str) -> Guild:
    """One guild that the reader may see; raises Http404."""
    return get_object_or_404(guilds_for(request), slug=slug)


def viewer_of(request: Request, guild_id: UUID) -> Viewer:
    """What the sender is to a guild."""
    return viewer_in(request.user, guild_id, timezone.now())


def member_of(guild: Guild, subject_id: UUID) -> Subject:
    """A member of the guild by id; raises Http404 for anybody else, whether or not there is such a person."""
    seats = guild.memberships.filter(left_at__isnull=True)
    return get_object_or_404(Subject, pk=subject_id, memberships__in=seats)
