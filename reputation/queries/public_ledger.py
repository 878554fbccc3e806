"""What a guild's ledger shows to everybody: kind, guild and week, and never whose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from reputation.models import AccountKind, LedgerCount, LedgerWeek, Reason


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


#: Transfers by guild, week and kind, over some of them: {where}.
BY_WEEK = """
SELECT t.guild_id, date_trunc('week', t.effective_at AT TIME ZONE 'UTC')::date AS week, t.reason, t.unit, s.kind AS source,
    g.kind AS target, count(*) AS transfers, sum(t.amount)::bigint AS amount
FROM reputation_transfer t
JOIN reputation_account s ON s.id = t.source_account_id JOIN reputation_account g ON g.id = t.target_account_id
WHERE {where}
GROUP BY 1, 2, 3, 4, 5, 6
"""

# The weeks that are counted, and besides what was posted since: the transfers above the number up to which they are. An index
# of guild and number finds them.
_SINCE = BY_WEEK.format(
    where="t.number > %(counted)s AND t.number > (SELECT counted FROM reputation_ledgercount) AND t.guild_id = %(guild)s"
)

_WEEKS = f"""
WITH since AS MATERIALIZED ({_SINCE}), week AS (
    (SELECT DISTINCT week FROM reputation_ledgerweek
    WHERE guild_id = %(guild)s AND week > %(ever)s AND week < %(before)s ORDER BY week DESC LIMIT %(weeks)s)
    UNION SELECT week FROM since WHERE week < %(before)s
    ORDER BY week DESC LIMIT %(weeks)s
)
SELECT week, reason, unit, sum(transfers)::bigint, sum(amount)::bigint
FROM (
    SELECT w.week, w.reason, w.unit, w.transfers, w.amount FROM reputation_ledgerweek w
    WHERE w.guild_id = %(guild)s AND w.week >= (SELECT min(week) FROM week) AND w.week < %(before)s
    UNION ALL
    SELECT s.week, s.reason, s.unit, s.transfers, s.amount FROM since s WHERE s.week >= (SELECT min(week) FROM week)
        AND s.week < %(before)s
) line
GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3 DESC
"""  # noqa: S608  (SQL of our own)

_TOTALS = f"""
SELECT unit, source, target, sum(amount)::bigint FROM (
    SELECT unit, source, target, amount FROM reputation_ledgerweek WHERE guild_id = %(guild)s AND week = %(ever)s
    UNION ALL SELECT unit, source, target, amount FROM ({_SINCE}) since
) line
GROUP BY 1, 2, 3
"""  # noqa: S608  (SQL of our own)


def guild_ledger(guild_id: UUID, *, before: date | None = None, weeks: int = 12) -> list[LedgerLine]:
    """A guild's transfers by ISO week, newest week first; weeks without any are left out. Two statements.

    `before` is the Monday of the last week already shown. The week is that of `effective_at`, so imported history
    stands where it was done.
    """
    return [LedgerLine(*row) for row in _rows(_WEEKS, guild_id, before=before or date.max, weeks=weeks)]


def guild_totals(guild_id: UUID) -> GuildTotals:
    """A guild's sums from its transfers, not from its balances: what verify_ledger proves. Two statements."""
    totals = GuildTotals()
    for unit, source, target, amount in _rows(_TOTALS, guild_id):
        for kind, moved in ((source, -amount), (target, amount)):
            if kind == AccountKind.ISSUANCE:
                totals.issued[unit] = totals.issued.get(unit, 0) - moved
            else:
                totals.held[kind] = totals.held.get(kind, 0) + moved
    return totals


def _rows(sql: str, guild_id: UUID, **values: Any) -> list[Any]:
    # Asked for itself: only with the number in hand is the plan made for the few transfers above it. The statement asks once
    # more, because a sweep may have counted some of them in between.
    counted = LedgerCount.objects.values_list("counted", flat=True).get()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"guild": str(guild_id), "counted": counted, "ever": LedgerWeek.EVER, **values})
        return cursor.fetchall()
