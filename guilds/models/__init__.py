"""Guilds: communities with members, rights and their own versioned numbers."""

from guilds.models.guild import Grant, Guild, Membership
from guilds.models.policy import Policy

__all__ = ["Grant", "Guild", "Membership", "Policy"]
