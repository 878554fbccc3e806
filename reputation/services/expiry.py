"""Points expire when the policy they were minted under says so; people hear of it twice before.

There is no table of lots: what was minted longer ago than that, less all that was ever spent, taken back or expired, is
what expires (the oldest is used first). Only people of whom something crosses that line are looked at, so a night reads
what a night needs, however long the ledger is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import connection, transaction

from accounts.queries import lock_people
from core.events import new_event, record_events
from guilds.models import Guild
from reputation.models import AccountKind, ExpiryWarning, Reason, Unit
from reputation.rules import expiring
from reputation.services.posting import AccountName, TransferRequest, transfer

#: An expiry's source id is uuid5 of this, the account, the day and what was used before it: the same one happens once.
_EXPIRIES = UUID("0b7c5a3e-5f1b-4c7e-9a2d-2f6d3c1e8b40")
#: Nights that may have been missed, and days on which points may have been held, are made up for within so many days.
_LOOK_BACK_DAYS = 60
_BATCH = 500


@dataclass(frozen=True)
class _Old:
    """One account of available points, and what the formula needs of its person."""

    account: UUID
    subject: UUID
    available: int
    minted_before: int
    used: int
    policy_version: int

    @property
    def points(self) -> int:
        return expiring(minted_before=self.minted_before, used=self.used, available=self.available)


# Whose points cross the line in the days up to `day`, found by the guild's index; and their sums, by their accounts'.
_CROSSING = """
WITH line AS (
    SELECT p.version, ((%(day)s::date - make_interval(months => p.expiry_months::int))::date)::timestamp
        AT TIME ZONE g.timezone AS until
    FROM guilds_policy p JOIN guilds_guild g ON g.id = p.guild_id WHERE p.guild_id = %(guild)s AND p.expiry_months > 0
), crossing AS (
    SELECT DISTINCT a.subject_id
    FROM line JOIN reputation_transfer t ON t.guild_id = %(guild)s AND t.policy_version = line.version
        AND t.effective_at < line.until AND t.effective_at >= line.until - make_interval(days => %(days)s)
        AND t.unit = 'PTS' AND t.reason IN ('contribution_approved', 'contribution_corrected', 'review_paid')
    JOIN reputation_account a ON a.id = t.target_account_id
)
SELECT a.id, a.subject_id, a.balance, minted.points::bigint, used.points::bigint, minted.version
FROM crossing c
JOIN reputation_account a ON a.guild_id = %(guild)s AND a.subject_id = c.subject_id AND a.kind = 'pts_available'
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.amount), 0) AS points, coalesce(max(t.policy_version), 1) AS version
    FROM reputation_account pending
    JOIN reputation_transfer t ON t.target_account_id = pending.id
    JOIN line ON line.version = t.policy_version AND t.effective_at < line.until
    WHERE pending.guild_id = a.guild_id AND pending.subject_id = a.subject_id AND pending.kind = 'pts_pending'
) minted
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.amount), 0) AS points
    FROM reputation_account other
    JOIN reputation_transfer t ON t.source_account_id = other.id
    WHERE other.guild_id = a.guild_id AND other.subject_id = a.subject_id AND (
        (other.kind IN ('pts_available', 'pts_held') AND t.reason IN ('spent', 'expired'))
        OR (other.kind = 'pts_debt' AND t.reason = 'reversal'))
) used
WHERE a.balance > 0
ORDER BY a.subject_id
"""


def expire_points(*, guild: Guild, today: date, now: datetime, look_back_days: int = _LOOK_BACK_DAYS) -> int:
    """Expire what is too old on this day (guild's zone); returns how many points. Safe to run again on the same day."""
    found = [old for old in _crossing(guild, today, look_back_days) if old.points]
    expired = 0
    for start in range(0, len(found), _BATCH):
        expired += _expire(guild, found[start : start + _BATCH], today=today, look_back_days=look_back_days, now=now)
    return expired


def warn_of_expiry(*, guild: Guild, today: date, days_before: int, now: datetime) -> int:
    """Tell people whose points expire in so many days, once; a night that was missed is made up for. Returns how many."""
    told = 0
    for missed in range(min(7, days_before)):
        day = today + timedelta(days=days_before - missed)
        found = [old for old in _crossing(guild, day, 1) if old.points]
        with transaction.atomic():
            told += _warn(found, guild=guild, day=day, days_before=days_before, now=now)
    return told


@transaction.atomic
def _expire(guild: Guild, found: Sequence[_Old], *, today: date, look_back_days: int, now: datetime) -> int:
    """Under the people's locks, with the sums as they are then."""
    people = {old.subject for old in found}
    lock_people(people)
    due = [old for old in _crossing(guild, today, look_back_days) if old.subject in people and old.points]
    requests = [
        TransferRequest(
            reason=Reason.EXPIRED,
            source_kind="expiry",
            source_id=uuid5(_EXPIRIES, f"{old.account}:{today.isoformat()}:{old.used}"),
            guild=guild.pk,
            unit=Unit.PTS,
            source=AccountName(AccountKind.PTS_AVAILABLE, old.subject),
            target=AccountName(AccountKind.EXPIRED),
            amount=old.points,
            policy_version=old.policy_version,
            arithmetic={
                "rule": "expiry",
                "minted_before": old.minted_before,
                "used": old.used,
                "available": old.available,
                "points": old.points,
            },
        )
        for old in due
    ]
    events = [
        new_event(
            "points.expired",
            now=now,
            actor=None,
            guild=guild.pk,
            object_kind="expiry",
            object_id=request.source_id,
            data={"subject": old.subject, "points": old.points},
        )
        for old, request in zip(due, requests, strict=True)
    ]
    if events:
        record_events(events, now=now)
    transfer(requests, now=now)
    return sum(old.points for old in due)


def _warn(found: Sequence[_Old], *, guild: Guild, day: date, days_before: int, now: datetime) -> int:
    """Write the warnings that are new, and an event for each."""
    rows = [
        ExpiryWarning(account_id=old.account, expires_on=day, days_before=days_before, points=old.points)
        for old in found
    ]
    known = set(
        ExpiryWarning.objects.filter(
            account_id__in=[row.account_id for row in rows], expires_on=day, days_before=days_before
        ).values_list("account_id", flat=True)
    )
    new = {row.account_id: row for row in rows if row.account_id not in known}
    ExpiryWarning.objects.bulk_create(new.values(), ignore_conflicts=True)
    events = [
        new_event(
            "points.expiring",
            now=now,
            actor=None,
            guild=guild.pk,
            object_kind="expiry",
            object_id=uuid5(_EXPIRIES, f"{old.account}:{day.isoformat()}"),
            data={"subject": old.subject, "points": old.points, "on": day.isoformat()},
        )
        for old in found
        if old.account in new
    ]
    if events:
        record_events(events, now=now)
    return len(events)


def _crossing(guild: Guild, day: date, days: int) -> list[_Old]:
    with connection.cursor() as cursor:
        cursor.execute(_CROSSING, {"guild": str(guild.pk), "day": day, "days": days})
        return [_Old(*row) for row in cursor.fetchall()]
