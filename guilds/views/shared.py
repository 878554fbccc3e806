"""What several pages of a guild share: the guild as its reader may see it, and its members to choose from."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guilds.models import Guild
from guilds.queries import guild_pages, members_of, viewer_in


def guild_for(request: HttpRequest, slug: str) -> Guild:
    """The guild with `viewer`, what the reader is to it. Two statements; 404 for a proposed one that isn't theirs."""
    found = get_object_or_404(guild_pages(), slug=slug)
    found.viewer = viewer_in(request.user, found.pk, timezone.now())
    if found.state == Guild.State.PROPOSED and not (found.viewer.is_member or found.viewer.is_hub_steward):
        raise Http404
    return found


def named_members(guild: Guild) -> list[tuple[UUID, str]]:
    """Members but the reader, with a name to choose them by."""
    rows = [row for row in members_of(guild.pk) if row.subject_id not in guild.viewer.ids]
    nameless = _("member since %(day)s, gave no name")
    return [(row.subject_id, row.name or nameless % {"day": date_format(row.joined_at, "DATE_FORMAT")}) for row in rows]
