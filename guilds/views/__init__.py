"""The pages of guilds."""

from guilds.views.care import care
from guilds.views.edit import guild_edit
from guilds.views.export import export, export_file, export_progress
from guilds.views.guild import guild
from guilds.views.guilds import guild_new, guilds
from guilds.views.invitations import invitation_list, invitation_progress, invitation_rows, invitations
from guilds.views.invited import invitation, invitation_kept, invitation_stop
from guilds.views.invites import join, join_by_link
from guilds.views.rules import policy

__all__ = [
    "care",
    "export",
    "export_file",
    "export_progress",
    "guild",
    "guild_edit",
    "guild_new",
    "guilds",
    "invitation",
    "invitation_kept",
    "invitation_list",
    "invitation_progress",
    "invitation_rows",
    "invitation_stop",
    "invitations",
    "join",
    "join_by_link",
    "policy",
]
