"""Reads of the ledger: what a person has and why, what a guild shows to everybody, whether all of it holds."""

from reputation.queries.points import (
    NEWEST,
    NEWEST_ENTRIES,
    Balances,
    Page,
    PointLine,
    Posted,
    balances,
    balances_by_guild,
    point_lines,
    posted_for,
)
from reputation.queries.public_ledger import (
    GuildTotals,
    LedgerLine,
    guild_ledger,
    guild_totals,
)
from reputation.queries.standing import (
    Standing,
    StandingPart,
    earned_review,
    earned_reviewers,
    explain_standing,
    standing_of,
)

__all__ = [
    "NEWEST",
    "NEWEST_ENTRIES",
    "Balances",
    "GuildTotals",
    "LedgerLine",
    "Page",
    "PointLine",
    "Posted",
    "Standing",
    "StandingPart",
    "balances",
    "balances_by_guild",
    "earned_review",
    "earned_reviewers",
    "explain_standing",
    "guild_ledger",
    "guild_totals",
    "point_lines",
    "posted_for",
    "standing_of",
]
