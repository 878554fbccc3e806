"""The pages of guilds."""

from guilds.views.care import care
from guilds.views.edit import guild_edit, policy
from guilds.views.export import export, export_file, export_progress
from guilds.views.guild import guild
from guilds.views.guilds import guild_new, guilds
from guilds.views.invites import join, join_by_link

__all__ = [
    "care",
    "export",
    "export_file",
    "export_progress",
    "guild",
    "guild_edit",
    "guild_new",
    "guilds",
    "join",
    "join_by_link",
    "policy",
]
