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
from reputation.queries.trust import (
    counting_vouches,
    is_vouched,
    live_vouches_for,
    sanction_on,
    sanctioned_in,
    sanctions_in_force,
    sanctions_seen,
    vouches_of,
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
    "counting_vouches",
    "earned_review",
    "earned_reviewers",
    "explain_standing",
    "guild_ledger",
    "guild_totals",
    "is_vouched",
    "live_vouches_for",
    "point_lines",
    "posted_for",
    "sanction_on",
    "sanctioned_in",
    "sanctions_in_force",
    "sanctions_seen",
    "standing_of",
    "vouches_of",
]
