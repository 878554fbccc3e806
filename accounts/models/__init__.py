"""People: how they log in, who they are to the rest of the house, what they chose to tell."""

from accounts.models.identities import ImportedIdentity, SubjectLink
from accounts.models.people import Profile, Subject, Tombstone, User
from accounts.models.tokens import Token

__all__ = ["ImportedIdentity", "Profile", "Subject", "SubjectLink", "Token", "Tombstone", "User"]
