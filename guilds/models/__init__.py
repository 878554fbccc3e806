"""Guilds: communities with members, rights and their own versioned numbers."""

from guilds.models.ending import Closing, GuildExport, Handover
from guilds.models.guild import Grant, Guild, Membership
from guilds.models.invitations import Invitation, InvitationList, NoInvitations
from guilds.models.joining import InviteLink, JoinRequest
from guilds.models.policy import NUMBERS, Policy, PolicyDraft, PolicyNumbers

__all__ = [
    "NUMBERS",
    "Closing",
    "Grant",
    "Guild",
    "GuildExport",
    "Handover",
    "Invitation",
    "InvitationList",
    "InviteLink",
    "JoinRequest",
    "Membership",
    "NoInvitations",
    "Policy",
    "PolicyDraft",
    "PolicyNumbers",
]
