"""Whether a guild shows who earned how much: its stewards choose, and nothing is shown until they did."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Subject
from accounts.queries import lock_person
from guilds.models import Guild
from guilds.permissions import check_guild_open, check_steward
from guilds.services.steps import locked_guild, note_event


@transaction.atomic
def switch_boards(*, guild: Guild, on: bool, by: Subject, now: datetime) -> Guild:
    """Switch the guild's boards on or off; the same twice is once. They fill within seconds, or are emptied."""
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_guild_open(guild)
    check_steward(by, guild, now)
    if guild.has_boards != on:
        guild.has_boards = on
        guild.save(update_fields=["has_boards"])
        note_event("guild.boards_switched", guild, by=by.pk, now=now, on=int(on))
    return guild
