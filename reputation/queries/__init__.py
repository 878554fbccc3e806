"""Reads of the ledger: what a person has and why, what a guild shows to everybody, whether all of it holds."""

from reputation.queries.points import (
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

__all__ = [
    "Balances",
    "GuildTotals",
    "LedgerLine",
    "Page",
    "PointLine",
    "Posted",
    "balances",
    "balances_by_guild",
    "guild_ledger",
    "guild_totals",
    "point_lines",
    "posted_for",
]
