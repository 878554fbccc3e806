"""What a guild's ledger shows to everybody: kind, guild and week, and never whose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from reputation.models import Account, AccountKind, Reason


@dataclass(frozen=True)
class LedgerLine:
    """All transfers of one reason and unit whose effect lies in one ISO week (UTC) of one guild."""

    week_starts_on: date
    reason: str
    unit: str
    transfers: int
    amount: int

    @property
    def week(self) -> str:
        """The ISO week as people write it: 2026-W47."""
        year, week, _weekday = self.week_starts_on.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def reason_label(self) -> str:
        """The reason in the reader's language."""
        return str(Reason(self.reason).label)


@dataclass(frozen=True)
class GuildTotals:
    """Sums of a guild's entries: what it has issued, by unit, and where that is now, by kind of account."""

    issued: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)


# Weeks are found one index probe each, so that a page of a guild with millions of transfers reads its weeks only.
_WEEKS = """
WITH RECURSIVE week (starts_at, n) AS (
    SELECT date_trunc('week', max(effective_at), 'UTC'), 1 FROM reputation_transfer
    WHERE guild_id = %(guild)s AND effective_at < %(before)s
    UNION ALL
    SELECT (
        SELECT date_trunc('week', max(t.effective_at), 'UTC') FROM reputation_transfer t
        WHERE t.guild_id = %(guild)s AND t.effective_at < week.starts_at
    ), n + 1
    FROM week WHERE starts_at IS NOT NULL AND n < %(weeks)s
)
SELECT (week.starts_at AT TIME ZONE 'UTC')::date, t.reason, t.unit, count(*), sum(t.amount)::bigint
FROM week JOIN reputation_transfer t ON t.guild_id = %(guild)s
    AND t.effective_at >= week.starts_at AND t.effective_at < week.starts_at + interval '168 hours'
GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3 DESC
"""


def guild_ledger(guild_id: UUID, *, before: date | None = None, weeks: int = 12) -> list[LedgerLine]:
    """A guild's transfers by ISO week, newest week first; weeks without any are left out. One statement.

    `before` is the Monday of the last week already shown. The week is that of `effective_at`, so imported history
    stands where it was done.
    """
    until = datetime.combine(before, time(), UTC) if before else datetime.max.replace(tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, {"guild": str(guild_id), "before": until, "weeks": weeks})
        return [LedgerLine(*row) for row in cursor.fetchall()]


def guild_totals(guild_id: UUID) -> GuildTotals:
    """A guild's sums from its entries, not from its balances: what verify_ledger proves. One statement."""
    rows = Account.objects.filter(guild_id=guild_id).values_list("kind", "unit").annotate(total=Sum("entries__amount"))
    totals = GuildTotals()
    for kind, unit, total in rows:
        if kind == AccountKind.ISSUANCE:
            totals.issued[unit] = -int(total or 0)
        else:
            totals.held[kind] = int(total or 0)
    return totals
