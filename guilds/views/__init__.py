"""The pages of guilds."""

from guilds.views.guild import guild
from guilds.views.guilds import guild_new, guilds

__all__ = ["guild", "guild_new", "guilds"]
