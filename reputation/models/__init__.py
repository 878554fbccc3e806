"""The ledger's tables, and who vouches for whom and may not do something for a while."""

from reputation.models.ledger import (
    GUILD_KINDS,
    MINTING,
    MOVES,
    SUBJECT_KINDS,
    Account,
    AccountKind,
    Entry,
    ExpiryWarning,
    LedgerCount,
    LedgerWeek,
    PendingPoints,
    Reason,
    Transfer,
    Unit,
)
from reputation.models.trust import Sanction, Vouch

__all__ = [
    "GUILD_KINDS",
    "MINTING",
    "MOVES",
    "SUBJECT_KINDS",
    "Account",
    "AccountKind",
    "Entry",
    "ExpiryWarning",
    "LedgerCount",
    "LedgerWeek",
    "PendingPoints",
    "Reason",
    "Sanction",
    "Transfer",
    "Unit",
    "Vouch",
]
