"""What moderation shows on the page of a guild: to its stewards, how much waits for them."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from core.registries import register_page_slot
from guilds.models import Guild
from guilds.queries import Viewer
from moderation.queries import Moderator, waits_in_guild


def guild_waits(request: HttpRequest, *, guild: Guild, viewer: Viewer) -> str:
    """How many cases of the guild this steward could decide; nothing for everybody else. One statement for stewards."""
    if not viewer.is_steward:
        return ""
    moderator = Moderator(viewer.ids, viewer.is_hub_steward, (guild.pk,))
    waiting = waits_in_guild(guild.pk, moderator, timezone.now())
    return render_to_string("moderation/_guild_waits.html", {"waiting": waiting}, request)


def register() -> None:
    """Fill the slot."""
    register_page_slot("guilds.for_stewards", guild_waits)
