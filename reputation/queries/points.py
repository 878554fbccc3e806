"""What a person has in the ledger, and the lines that explain it. Pass every linked subject id of the person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from reputation.models import MINTING, SUBJECT_KINDS, Account, AccountKind, Reason, Transfer

NEWEST = 2**63 - 1


@dataclass(frozen=True)
class Balances:
    """A person's five accounts in one guild. `pts_debt` is zero or less."""

    rep: int = 0
    pts_pending: int = 0
    pts_available: int = 0
    pts_held: int = 0
    pts_debt: int = 0


@dataclass(frozen=True)
class PointLine:
    """One thing that moved a person's points: what it was, what it changed, and how that was computed.

    `changes` and `balances_after` are by kind of account ("rep", "pts_pending", ...).
    """

    reason: str
    source_kind: str
    source_id: UUID
    guild_id: UUID
    policy_version: int
    arithmetic: dict[str, Any]
    effective_at: datetime
    posted_at: datetime
    changes: dict[str, int] = field(default_factory=dict)
    balances_after: dict[str, int] = field(default_factory=dict)
    transfer_ids: tuple[UUID, ...] = ()

    @property
    def reason_label(self) -> str:
        """The reason in the reader's language."""
        return str(Reason(self.reason).label)

    @property
    def rep(self) -> int:
        """Change of reputation."""
        return self.changes.get(AccountKind.REP, 0)

    @property
    def pts(self) -> int:
        """Change of all points together, pending or not."""
        return sum(amount for kind, amount in self.changes.items() if kind != AccountKind.REP)


@dataclass(frozen=True)
class Page:
    """Lines newest first, and the key of the next page (None: this is the last)."""

    lines: list[PointLine]
    next_before: int | None


@dataclass(frozen=True)
class Posted:
    """What one source object has minted."""

    rep: int = 0
    pts: int = 0


def balances(subject_ids: Iterable[UUID], guild_id: UUID) -> Balances:
    """A person's balances in one guild, over all their linked subjects. One statement."""
    return balances_by_guild(subject_ids, guild_id).get(guild_id, Balances())


def balances_by_guild(subject_ids: Iterable[UUID], guild_id: UUID | None = None) -> dict[UUID, Balances]:
    """A person's balances in every guild in which they have an account. One statement."""
    accounts = Account.objects.filter(subject_id__in=list(subject_ids))
    if guild_id is not None:
        accounts = accounts.filter(guild_id=guild_id)
    found: dict[UUID, dict[str, int]] = {}
    for guild, kind, total in accounts.values_list("guild_id", "kind").annotate(total=Sum("balance")):
        if kind in SUBJECT_KINDS:
            found.setdefault(guild, {})[kind] = int(total)
    return {guild: Balances(**kinds) for guild, kinds in found.items()}


def posted_for(source_kind: str, source_ids: Iterable[UUID]) -> dict[UUID, Posted]:
    """What each of these source objects has minted for people and was not taken back; one without is missing. One statement."""
    rows = (
        Transfer.objects.filter(source_id__in=list(source_ids), source_kind=source_kind)
        .filter(reason__in=MINTING, reversals__isnull=True)
        .values_list("source_id", "unit")
        .annotate(total=Sum("amount"))
    )
    found: dict[UUID, dict[str, int]] = {}
    for source_id, unit, total in rows:
        found.setdefault(source_id, {})[unit.lower()] = int(total)
    return {source_id: Posted(**units) for source_id, units in found.items()}


# The newest sides of each account are read from its indexes and then merged: sorting all entries of a person would
# read a life's history for every page. An entry's id is made of its transfer's number, see the view.
_SIDE = """
    (SELECT number * 2 + {is_target} AS id, {sign}amount AS amount, {side}_balance AS balance, id AS transfer_id, reason,
        source_kind, source_id, guild_id, policy_version, arithmetic, effective_at, posted_at
    FROM reputation_transfer WHERE {side}_account_id = a.id AND number < %(before)s / 2
    ORDER BY number DESC LIMIT %(limit)s)"""

NEWEST_ENTRIES = f"""
SELECT e.id, e.amount, e.balance, a.kind, e.transfer_id, e.reason, e.source_kind, e.source_id, e.guild_id, e.policy_version,
    e.arithmetic, e.effective_at, e.posted_at
FROM reputation_account a
CROSS JOIN LATERAL ({_SIDE.format(side="source", sign="-", is_target=0)}
    UNION ALL{_SIDE.format(side="target", sign="", is_target=1)}
) e
WHERE a.subject_id = ANY(%(subjects)s::uuid[]) AND (%(guild)s::uuid IS NULL OR a.guild_id = %(guild)s::uuid)
ORDER BY e.id DESC LIMIT %(limit)s
"""  # noqa: S608  (SQL of our own)

_LINES = f"""
SELECT id, amount, balance, kind, transfer_id, reason, source_kind, source_id, guild_id, policy_version, arithmetic::text,
    effective_at, posted_at
FROM ({NEWEST_ENTRIES}) newest ORDER BY id DESC
"""  # noqa: S608  (SQL of our own)


def point_lines(
    subject_ids: Sequence[UUID],
    *,
    guild_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Page:
    """A person's lines newest first, REP and PTS of one event on one line. One statement.

    `before` is the `next_before` of the page that came first. Newest is by posting: the balances after each line
    only follow one another in that order.
    """
    # No event changes more than two accounts of a person, so this many entries hold limit + 1 whole events.
    values = {
        "before": before or NEWEST,
        "limit": 2 * (limit + 1),
        "subjects": [str(subject) for subject in subject_ids],
        "guild": guild_id and str(guild_id),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, values)
        events = [list(rows) for _event, rows in groupby(cursor.fetchall(), key=_event_of)]
    shown = events[:limit]
    return Page(
        [_line(rows) for rows in shown],
        shown[-1][-1][0] if len(events) > limit else None,
    )


def _event_of(row: Sequence[Any]) -> tuple[Any, ...]:
    """What entries of one event have in common: reason, source, guild. A debt may be paid by two transfers: two events."""
    return (*row[5:9], row[4] if row[5] == Reason.DEBT_REPAID else None)


def _line(rows: list[Any]) -> PointLine:
    """Fold the entries of one event (newest first) into one line."""
    (
        _id,
        _amount,
        _balance,
        _kind,
        _transfer,
        reason,
        source_kind,
        source_id,
        guild_id,
        version,
        arithmetic,
        at,
        posted,
    ) = rows[0]
    changes: dict[str, int] = {}
    after: dict[str, int] = {}
    for _entry, amount, balance, kind, *_rest in reversed(rows):
        changes[kind] = changes.get(kind, 0) + amount
        after[kind] = balance
    return PointLine(
        reason=reason,
        source_kind=source_kind,
        source_id=source_id,
        guild_id=guild_id,
        policy_version=version,
        arithmetic=json.loads(arithmetic),
        effective_at=at,
        posted_at=posted,
        changes=changes,
        balances_after=after,
        transfer_ids=tuple(dict.fromkeys(row[4] for row in reversed(rows))),
    )
