"""What the ledger can prove of itself: each check is one SQL statement that returns a sentence per finding.

A statement sees one snapshot, so the checks run beside live postings. `verify_ledger` runs them, and those that
higher apps registered in `core.registries` under "ledger".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CheckConstraint

from reputation.models import MOVES, Account, ExpiryWarning, PendingPoints, Transfer

_TRIGGERS = {
    "transfer_append_only": "reputation_transfer",
    "transfer_keeps_the_rules": "reputation_transfer",
    "account_stays": "reputation_account",
    "account_keeps_the_rules": "reputation_account",
    "account_keeps_its_owner": "reputation_account",
    "pending_points_stand": "reputation_pendingpoints",
    "pending_points_not_truncated": "reputation_pendingpoints",
}

#: Invariant 1: one amount leaves an account and arrives at another, both of the transfer's guild and unit. Keys hold it, too.
_BALANCED = """
SELECT format('reputation_transfer %%s moves %%s %%s in guild %%s: %%s', t.id, t.amount, t.unit, t.guild_id, concat_ws('; ',
    CASE WHEN s.id IS NULL THEN format('its source %%s is missing', t.source_account_id)
        WHEN (s.guild_id, s.unit) <> (t.guild_id, t.unit) THEN format('its source is %%s of guild %%s', s.unit, s.guild_id) END,
    CASE WHEN g.id IS NULL THEN format('its target %%s is missing', t.target_account_id)
        WHEN (g.guild_id, g.unit) <> (t.guild_id, t.unit) THEN format('its target is %%s of guild %%s', g.unit, g.guild_id) END
))
FROM reputation_transfer t
LEFT JOIN reputation_account s ON s.id = t.source_account_id LEFT JOIN reputation_account g ON g.id = t.target_account_id
WHERE (%(guild)s::uuid IS NULL OR t.guild_id = %(guild)s::uuid)
    AND ((s.guild_id, s.unit) IS DISTINCT FROM (t.guild_id, t.unit) OR (g.guild_id, g.unit) IS DISTINCT FROM (t.guild_id, t.unit))
"""

#: Invariant 3. The unique indexes hold it; this finds what slipped in while one was missing.
_POSTED_ONCE = """
SELECT format('reputation_transfer %%s: posted %%s times for %%s of %%s %%s', string_agg(id::text, ', '), count(*), reason,
    source_kind, source_id)
FROM reputation_transfer WHERE %(guild)s::uuid IS NULL OR guild_id = %(guild)s::uuid
GROUP BY reason, source_kind, source_id, sequence HAVING count(*) > 1
UNION ALL
SELECT format('reputation_transfer %%s: %%s transfers with key %%s', string_agg(id::text, ', '), count(*), idempotency_key)
FROM reputation_transfer WHERE %(guild)s::uuid IS NULL OR guild_id = %(guild)s::uuid
GROUP BY idempotency_key HAVING count(*) > 1
"""

#: Invariant 5 (and 4): a person's account is what its entries say; a guild's keeps no balance; none stands empty.
_BALANCES = """
SELECT format('reputation_account %%s (%%s): %%s', a.id, a.kind, concat_ws('; ',
    CASE WHEN e.entries IS NULL THEN 'has no entries' END,
    CASE WHEN a.id <> reputation_account_id(a.guild_id, a.subject_id, a.kind, a.unit)
        THEN 'id does not follow from guild, subject, kind and unit' END,
    CASE WHEN a.subject_id IS NOT NULL AND a.balance <> coalesce(e.total, 0)
        THEN format('balance is %%s, but its entries sum to %%s', a.balance, coalesce(e.total, 0)) END,
    CASE WHEN a.subject_id IS NOT NULL AND a.version <> coalesce(e.entries, 0)
        THEN format('version is %%s, but it has %%s entries', a.version, coalesce(e.entries, 0)) END,
    CASE WHEN a.subject_id IS NOT NULL AND a.last_hash IS DISTINCT FROM e.last_hash
        THEN 'last hash is not that of its last entry' END,
    CASE WHEN a.subject_id IS NULL AND (a.balance <> 0 OR a.version <> 0 OR a.last_hash IS NOT NULL)
        THEN 'a guild''s account keeps no balance' END,
    CASE WHEN a.subject_id IS NOT NULL AND a.balance * CASE a.kind WHEN 'pts_debt' THEN -1 ELSE 1 END < 0
        THEN format('balance is %%s, on the wrong side of zero', a.balance) END
))
FROM reputation_account a LEFT JOIN (
    SELECT account_id, sum(amount) AS total, count(*) AS entries,
        (array_agg(hash ORDER BY version DESC NULLS LAST))[1] AS last_hash
    FROM reputation_entry GROUP BY account_id
) e ON e.account_id = a.id
WHERE (%(guild)s::uuid IS NULL OR a.guild_id = %(guild)s::uuid) AND (
    e.entries IS NULL OR a.id <> reputation_account_id(a.guild_id, a.subject_id, a.kind, a.unit) OR CASE WHEN a.subject_id IS NULL
        THEN a.balance <> 0 OR a.version <> 0 OR a.last_hash IS NOT NULL
        ELSE a.balance <> e.total OR a.version <> e.entries OR a.last_hash IS DISTINCT FROM e.last_hash
            OR a.balance * CASE a.kind WHEN 'pts_debt' THEN -1 ELSE 1 END < 0
    END)
"""

#: Each entry of a person follows from the one before: version, balance and hash.
_CHAINS = """
SELECT format('reputation_entry %%s (account %%s, version %%s): %%s', id, account_id, coalesce(version::text, 'none'), wrong)
FROM (
    SELECT e.id, e.account_id, e.version, concat_ws('; ',
        CASE WHEN a.subject_id IS NULL AND e.hash IS NOT NULL THEN 'a guild''s entry carries no hash' END,
        CASE WHEN a.subject_id IS NOT NULL AND e.hash IS NULL THEN 'a person''s entry has no hash' END,
        CASE WHEN a.subject_id IS NOT NULL AND e.version <> coalesce(lag(e.version) OVER chain, 0) + 1
            THEN format('follows version %%s', coalesce(lag(e.version) OVER chain, 0)) END,
        CASE WHEN a.subject_id IS NOT NULL AND e.balance <> coalesce(lag(e.balance) OVER chain, 0) + e.amount
            THEN format('balance %%s does not follow from %%s and %%s', e.balance,
                coalesce(lag(e.balance) OVER chain, 0), e.amount) END,
        CASE WHEN a.subject_id IS NOT NULL AND e.hash <> reputation_entry_hash(
                lag(e.hash) OVER chain, e.account_id, t.content_hash, e.amount, e.balance, e.version)
            THEN 'hash does not follow from the entry before and its transfer' END,
        CASE WHEN a.subject_id IS NOT NULL AND e.balance * CASE a.kind WHEN 'pts_debt' THEN -1 ELSE 1 END < 0
            THEN format('balance %%s is on the wrong side of zero', e.balance) END
    ) AS wrong
    FROM reputation_entry e
    JOIN reputation_account a ON a.id = e.account_id JOIN reputation_transfer t ON t.id = e.transfer_id
    WHERE %(guild)s::uuid IS NULL OR a.guild_id = %(guild)s::uuid
    WINDOW chain AS (PARTITION BY e.account_id ORDER BY e.version, e.id)
) checked WHERE wrong <> ''
"""

#: Every column of a transfer says what it said when it was posted, and its entries stand in its guild and unit.
_CONTENT = """
SELECT format('reputation_transfer %%s: %%s', t.id, concat_ws('; ',
    CASE WHEN t.content_hash <> said.hash THEN 'its content does not match its hash' END,
    CASE WHEN sa.guild_id <> t.guild_id OR ta.guild_id <> t.guild_id THEN 'an entry stands in another guild' END,
    CASE WHEN NOT (%(moves)s::jsonb -> t.reason ? (sa.kind || '>' || ta.kind))
        THEN format('%%s moved from %%s to %%s', t.reason, sa.kind, ta.kind) END,
    CASE WHEN t.arithmetic -> 'points' IS NOT NULL AND t.arithmetic -> 'points' <> to_jsonb(t.amount)
        THEN format('its arithmetic says %%s, it moves %%s', t.arithmetic -> 'points', t.amount) END
))
FROM reputation_transfer t
JOIN reputation_account sa ON sa.id = t.source_account_id JOIN reputation_account ta ON ta.id = t.target_account_id
CROSS JOIN LATERAL (SELECT reputation_content_hash(ROW(
    t.id, t.reason, t.source_kind, t.source_id, t.sequence, t.idempotency_key, t.guild_id, t.unit, t.amount,
    t.policy_version, t.arithmetic, t.effective_at, t.posted_at, t.reverses_id, sa.kind, sa.subject_id, ta.kind,
    ta.subject_id
)::reputation_said) AS hash) said
WHERE (%(guild)s::uuid IS NULL OR t.guild_id = %(guild)s::uuid) AND (
    t.content_hash <> said.hash OR sa.guild_id <> t.guild_id OR ta.guild_id <> t.guild_id
    OR NOT (%(moves)s::jsonb -> t.reason ? (sa.kind || '>' || ta.kind))
    OR (t.arithmetic -> 'points' IS NOT NULL AND t.arithmetic -> 'points' <> to_jsonb(t.amount)))
"""

#: Invariant 9: what one approval (or review) mints in REP and in PTS is equal; imports mint REP only.
_TWINS = """
SELECT format('reputation_transfer %%s: %%s of %%s %%s minted %%s REP and %%s PTS', string_agg(id::text, ', ' ORDER BY sequence),
    reason, source_kind, source_id, coalesce(sum(amount) FILTER (WHERE unit = 'REP'), 0),
    coalesce(sum(amount) FILTER (WHERE unit = 'PTS'), 0))
FROM reputation_transfer
WHERE reason IN ('contribution_approved', 'contribution_corrected', 'review_paid', 'history_imported')
    AND (%(guild)s::uuid IS NULL OR guild_id = %(guild)s::uuid)
GROUP BY reason, source_kind, source_id
HAVING coalesce(sum(amount) FILTER (WHERE unit = 'PTS'), 0)
    <> CASE reason WHEN 'history_imported' THEN 0 ELSE coalesce(sum(amount) FILTER (WHERE unit = 'REP'), 0) END
"""

#: What pends is explained row by row: each minted and not moved on yet, and together the balance.
_PENDING = """
SELECT format('reputation_account %%s: %%s pend, but what waits there sums up to %%s', a.id, a.balance, coalesce(w.total, 0))
FROM reputation_account a LEFT JOIN (
    SELECT account_id, sum(amount) AS total FROM reputation_pendingpoints GROUP BY account_id
) w ON w.account_id = a.id
WHERE a.kind = 'pts_pending' AND a.balance <> coalesce(w.total, 0) AND (%(guild)s::uuid IS NULL OR a.guild_id = %(guild)s::uuid)
UNION ALL
SELECT format('reputation_pendingpoints of transfer %%s: %%s wait for account %%s, but %%s were minted there for %%s',
    w.transfer_id, w.amount, w.account_id, coalesce(t.amount, 0), t.target_account_id)
FROM reputation_pendingpoints w
LEFT JOIN reputation_transfer t ON t.id = w.transfer_id
WHERE (t.id IS NULL OR t.target_account_id <> w.account_id OR w.amount > t.amount OR w.amount = 0)
    AND (%(guild)s::uuid IS NULL OR t.guild_id = %(guild)s::uuid)
"""

#: A reversal takes back one transfer as it was, from whom it went to; REP and PTS of one object go together; and nobody
#: owes anything while they have something to pay with.
_REVERSALS = """
SELECT format('reputation_transfer %%s: takes back %%s %%s of %%s, which was %%s %%s', r.id, r.amount, r.unit, o.id, o.amount,
    o.unit)
FROM reputation_transfer r LEFT JOIN reputation_transfer o ON o.id = r.reverses_id
LEFT JOIN reputation_account ra ON ra.id = r.source_account_id
LEFT JOIN reputation_account oa ON oa.id = o.target_account_id
WHERE r.reason = 'reversal' AND (%(guild)s::uuid IS NULL OR r.guild_id = %(guild)s::uuid)
    AND ((o.guild_id, o.unit, o.amount, oa.subject_id) IS DISTINCT FROM (r.guild_id, r.unit, r.amount, ra.subject_id)
        OR o.reverses_id IS NOT NULL)
UNION ALL
SELECT format('reputation_transfer %%s: one unit of it was taken back and the other was not',
    string_agg(t.id::text, ', ' ORDER BY t.sequence))
FROM reputation_transfer t LEFT JOIN reputation_transfer r ON r.reverses_id = t.id
WHERE t.reason IN ('contribution_approved', 'contribution_corrected', 'review_paid')
    AND (%(guild)s::uuid IS NULL OR t.guild_id = %(guild)s::uuid)
GROUP BY t.reason, t.source_kind, t.source_id HAVING count(r.id) NOT IN (0, count(*))
UNION ALL
SELECT format('reputation_account %%s: owes %%s and has %%s available', d.id, -d.balance, a.balance)
FROM reputation_account d
JOIN reputation_account a ON a.guild_id = d.guild_id AND a.subject_id = d.subject_id AND a.kind = 'pts_available'
WHERE d.kind = 'pts_debt' AND d.balance < 0 AND a.balance > 0 AND (%(guild)s::uuid IS NULL OR d.guild_id = %(guild)s::uuid)
"""

#: The weeks that a guild's page shows are what their transfers come to, and the row of all weeks is their sum.
_WEEKS = """
WITH found AS (
    SELECT t.guild_id, date_trunc('week', t.effective_at AT TIME ZONE 'UTC')::date AS week, t.reason, t.unit, s.kind AS source,
        g.kind AS target, count(*) AS transfers, sum(t.amount) AS amount
    FROM reputation_transfer t
    JOIN reputation_account s ON s.id = t.source_account_id JOIN reputation_account g ON g.id = t.target_account_id
    WHERE t.number <= (SELECT counted FROM reputation_ledgercount) AND (%(guild)s::uuid IS NULL OR t.guild_id = %(guild)s::uuid)
    GROUP BY GROUPING SETS ((1, 2, 3, 4, 5, 6), (1, 3, 4, 5, 6))
)
SELECT format('reputation_ledgerweek of guild %%s, %%s, %%s %%s from %%s to %%s: counted %%s of %%s, there are %%s of %%s',
    guild_id, week, unit, reason, source, target, coalesce(w.transfers, 0), coalesce(w.amount, 0), coalesce(f.transfers, 0),
    coalesce(f.amount, 0))
FROM (SELECT guild_id, coalesce(week, '0001-01-01') AS week, reason, unit, source, target, transfers, amount FROM found) f
FULL JOIN (SELECT * FROM reputation_ledgerweek WHERE %(guild)s::uuid IS NULL OR guild_id = %(guild)s::uuid) w
    USING (guild_id, week, reason, unit, source, target)
WHERE (f.transfers, f.amount) IS DISTINCT FROM (w.transfers, w.amount)
"""

#: The guards themselves: without them all the above is luck.
_GUARDS = """
SELECT format('trigger %%s on %%s is missing or disabled', w.name, w.held_by)
FROM jsonb_each_text(%(triggers)s::jsonb) AS w (name, held_by)
WHERE NOT EXISTS (
    SELECT FROM pg_trigger g
    WHERE g.tgname = w.name AND g.tgrelid = to_regclass(w.held_by) AND g.tgenabled IN ('O', 'A'))
UNION ALL
SELECT format('constraint %%s is missing or not validated', w.name)
FROM jsonb_array_elements_text(%(checks)s::jsonb) AS w (name)
WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = w.name AND c.convalidated)
UNION ALL
SELECT format('unique index %%s is missing or invalid', w.name)
FROM jsonb_array_elements_text(%(uniques)s::jsonb) AS w (name)
WHERE NOT EXISTS (
    SELECT FROM pg_index i WHERE i.indexrelid = to_regclass(w.name) AND i.indisunique AND i.indisvalid)
UNION ALL
SELECT format('login %%s may %%s %%s', r.rolname, p.privilege, l.name)
FROM pg_roles r
CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege)
CROSS JOIN unnest(ARRAY['reputation_account', 'reputation_transfer', 'reputation_entry', 'reputation_pendingpoints']) AS l (name)
WHERE r.rolname = %(app_role)s AND has_table_privilege(r.oid, to_regclass(l.name), p.privilege)
"""

#: What each check proves, in the words that verify_ledger prints, and its statement.
CHECKS: dict[str, str] = {
    "every transfer leaves one account and arrives at another of its guild and unit": _BALANCED,
    "every source and every key was posted once": _POSTED_ONCE,
    "every balance is the sum of its entries": _BALANCES,
    "every entry follows from the one before": _CHAINS,
    "every transfer says what it said when it was posted": _CONTENT,
    "REP and PTS of one approval are equal, imports are REP only": _TWINS,
    "every point that pends is explained, and together they are the balance": _PENDING,
    "what was taken back is what was minted, and debts are paid first": _REVERSALS,
    "the weeks that are counted say what their transfers say": _WEEKS,
    "the guards of the database are in place": _GUARDS,
}


def findings(check: str, guild_id: UUID | None = None) -> Iterator[str]:
    """Run one of CHECKS, for one guild or for all; yields a sentence per finding, naming the row."""
    values = {
        "guild": guild_id and str(guild_id),
        "moves": json.dumps({reason: sorted(f"{s}>{t}" for s, t in moves) for reason, moves in MOVES.items()}),
        "triggers": json.dumps(_TRIGGERS),
        "checks": json.dumps([name for name, is_check in _constraints() if is_check]),
        "uniques": json.dumps([name for name, is_check in _constraints() if not is_check]),
        "app_role": settings.APP_DATABASE_ROLE,
    }
    # A server-side cursor: a ruined ledger may have a million findings.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(CHECKS[check], values)
        for (sentence,) in cursor:
            yield sentence


def _constraints() -> list[tuple[str, bool]]:
    """Names of the ledger's constraints, and whether each is a check or a key (else a unique index)."""
    models = (Account, Transfer, PendingPoints, ExpiryWarning)
    keys = [("transfer_source_is_an_account", True), ("transfer_target_is_an_account", True)]
    return keys + [(c.name, isinstance(c, CheckConstraint)) for model in models for c in model._meta.constraints]
