"""Counting the ledger by weeks, for the page that everybody may read. Each transfer is counted once, whatever else goes on.

Going by the number alone would lose transfers: one that drew an earlier number may commit later. See `LedgerCount`.
"""

from __future__ import annotations

from django.db import connection, transaction

from reputation.models import LedgerCount, LedgerWeek
from reputation.queries.public_ledger import BY_WEEK

#: So many numbers are counted in one transaction.
_STEP = 200_000

# The number is read before this transaction has an id: whoever drew it, or one before it, has an older id.
_LAST_NUMBER = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM reputation_transfer_number_seq"
_NOTED = """
SELECT counted, noted, noted_by <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM reputation_ledgercount WHERE id = 1 FOR UPDATE
"""

_COUNT = f"""
WITH found AS ({BY_WEEK.format(where="t.number > %(after)s AND t.number <= %(until)s")})
INSERT INTO reputation_ledgerweek AS w (guild_id, week, reason, unit, source, target, transfers, amount)
SELECT guild_id, coalesce(week, %(ever)s), reason, unit, source, target, sum(transfers), sum(amount)
FROM found GROUP BY GROUPING SETS ((guild_id, week, reason, unit, source, target), (guild_id, reason, unit, source, target))
ON CONFLICT (guild_id, week, reason, unit, source, target)
DO UPDATE SET transfers = w.transfers + excluded.transfers, amount = w.amount + excluded.amount
"""  # noqa: S608  (SQL of our own)


def count_weeks() -> int:
    """Count the transfers that are there for good and not counted yet; returns how many numbers it went forward.

    Safe to run twice at once and to be killed: what is counted and how far are written together.
    """
    forward = 0
    while step := _count_step():
        forward += step
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_LAST_NUMBER)
        [last] = cursor.fetchone()
        cursor.execute(_NOTED)
        [counted, noted, is_over] = cursor.fetchone()
        if is_over and counted == noted < last:
            cursor.execute(
                "UPDATE reputation_ledgercount SET noted = %s, noted_by = pg_current_xact_id()::text::bigint", [last]
            )
    return forward


def count_weeks_anew() -> None:
    """Throw the counts away, and count the whole ledger."""
    with transaction.atomic():
        LedgerWeek.objects.all().delete()
        LedgerCount.objects.update(counted=0)
    count_weeks()


@transaction.atomic(durable=True)
def _count_step() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NOTED)
        [counted, noted, is_over] = cursor.fetchone()
        if not is_over or counted == noted:
            return 0
        until = min(counted + _STEP, noted)
        cursor.execute(_COUNT, {"after": counted, "until": until, "ever": LedgerWeek.EVER})
        cursor.execute("UPDATE reputation_ledgercount SET counted = %s", [until])
        return until - counted
