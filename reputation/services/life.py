"""What becomes of points after they were minted: they vest, are spent, are taken back, expire.

The verbs that read balances before they post need the person's lock (docs/locking.md): with it nobody else moves the
person's points, and what was read is what is there. The database refuses what would fall below zero all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.queries import lock_people
from reputation.models import MINTING, Account, AccountKind, PendingPoints, Reason, Transfer, Unit
from reputation.rules import debt_first
from reputation.services.posting import (
    ISSUANCE,
    AccountName,
    NotEnoughPoints,
    PostedTransfer,
    TransferRequest,
    transfer,
)

#: An object of a higher app that minted or spent points: its kind and its id.
Source = tuple[str, UUID]

#: Between the number of a minted transfer and that of the debt which is paid from available points when it is taken back.
_FROM_AVAILABLE = 4


def vesting_transfers(rows: Sequence[PendingPoints]) -> list[TransferRequest]:
    """Make pending points available, a debt first. The caller holds the locks of the people whose they are.

    `rows` come with `transfer` and `account`. One statement reads the debts.
    """
    owed = _balances(AccountKind.PTS_DEBT, {(row.account.guild_id, row.account.subject_id) for row in rows})
    requests = []
    for row in rows:
        whose = (row.account.guild_id, row.account.subject_id)
        split = debt_first(row.amount, -owed.get(whose, 0))
        owed[whose] = owed.get(whose, 0) + split.repaid
        said = {"rule": "vesting", "minted": row.transfer.amount, "debt_repaid": split.repaid}
        for reason, target, amount in (
            (Reason.DEBT_REPAID, AccountKind.PTS_DEBT, split.repaid),
            (Reason.VESTED, AccountKind.PTS_AVAILABLE, split.free),
        ):
            if amount:
                requests.append(_onward(row, reason, target, amount, said))
    return requests


def reversal_transfers(sources: Iterable[Source], *, why: str) -> list[TransferRequest]:
    """Take back everything these objects minted, once and whole; what was taken back before stays so.

    REP goes back to the issuance. Points come out of the person's debt account, which is then paid from what the object
    left pending and from what is available; what was spent remains as debt. `why` is a word for the arithmetic. The caller
    holds the locks of the people. Three statements.
    """
    asked = list(sources)
    if not asked:
        return []
    of = Q()
    for source_kind, source_id in asked:
        of |= Q(source_id=source_id, source_kind=source_kind)
    minted = list(
        Transfer.objects.filter(of, reason__in=MINTING, reversals__isnull=True)
        .select_related("pending", "target_account")
        .order_by("pk")
    )
    whose = {transfer.pk: transfer.target_account.subject_id for transfer in minted}
    available = _balances(AccountKind.PTS_AVAILABLE, {(t.guild_id, whose[t.pk]) for t in minted})
    requests = []
    for one in minted:
        said = {"rule": "reversal", "why": why, "points": one.amount}
        subject = whose[one.pk]
        kind = AccountKind.REP if one.unit == Unit.REP else AccountKind.PTS_DEBT
        requests.append(
            _about(one, Reason.REVERSAL, AccountName(kind, subject), ISSUANCE, one.amount, said, reverses=one.pk)
        )
        if one.unit == Unit.REP:
            continue
        debt = AccountName(AccountKind.PTS_DEBT, subject)
        waiting = getattr(one, "pending", None)
        pending = waiting.amount if waiting else 0
        left = available.get((one.guild_id, subject), 0)
        paid = debt_first(left, one.amount - pending)
        available[one.guild_id, subject] = paid.free
        repaid = {"rule": "debt_repaid", "owed": one.amount}
        if pending:
            source = AccountName(AccountKind.PTS_PENDING, subject)
            said = repaid | {"points": pending}
            requests.append(_about(one, Reason.DEBT_REPAID, source, debt, pending, said, pending=one.pk))
        if paid.repaid:
            source = AccountName(AccountKind.PTS_AVAILABLE, subject)
            said = repaid | {"points": paid.repaid}
            number = one.sequence + _FROM_AVAILABLE
            requests.append(_about(one, Reason.DEBT_REPAID, source, debt, paid.repaid, said, sequence=number))
    return requests


def hold_points(sources: Iterable[Source], held_for: str) -> int:
    """Let what these objects minted wait for something (`PendingPoints.HeldFor`; "" lets it vest on its day); returns how many.

    Points that vested before are not touched: a reversal reaches them all the same.
    """
    of = Q()
    for kind, source in sources:
        of |= Q(transfer__source_id=source, transfer__source_kind=kind)
    if not of:
        return 0
    ids = list(PendingPoints.objects.filter(of).values_list("pk", flat=True))
    return PendingPoints.objects.filter(pk__in=ids).update(held_for=held_for)


@dataclass(frozen=True)
class Spending:
    """Points that somebody gives for something: the object they are given for, once."""

    source_kind: str
    source_id: UUID
    guild: UUID
    subject: UUID
    points: int
    policy_version: int


@transaction.atomic
def spend(what: Spending, *, now: datetime) -> PostedTransfer:
    """Give available points for something (to `redeemed`); the same twice is once. Standing stays as it is.

    Raises NotEnoughPoints, KeyReused (the same object with other numbers), ValueError below 1 point.
    """
    lock_people([what.subject])
    request = TransferRequest(
        reason=Reason.SPENT,
        source_kind=what.source_kind,
        source_id=what.source_id,
        guild=what.guild,
        unit=Unit.PTS,
        source=AccountName(AccountKind.PTS_AVAILABLE, what.subject),
        target=AccountName(AccountKind.REDEEMED),
        amount=what.points,
        policy_version=what.policy_version,
        arithmetic={"rule": "spent", "points": what.points},
    )
    has = _balances(AccountKind.PTS_AVAILABLE, {(what.guild, what.subject)}).get((what.guild, what.subject), 0)
    if has < what.points and not Transfer.objects.filter(idempotency_key=request.idempotency_key).exists():
        raise NotEnoughPoints(
            _("This takes %(points)s points, and you have %(has)s available. Nothing was changed.")
            % {"points": what.points, "has": has}
        )
    return transfer([request], now=now)[0]


def _onward(row: PendingPoints, reason: str, target: str, amount: int, said: dict[str, Any]) -> TransferRequest:
    subject = row.account.subject_id
    source = AccountName(AccountKind.PTS_PENDING, subject)
    said = said | {"points": amount}
    return _about(row.transfer, reason, source, AccountName(target, subject), amount, said, pending=row.pk)


def _about(
    minted: Transfer,
    reason: str,
    source: AccountName,
    target: AccountName,
    amount: int,
    said: dict[str, Any],
    *,
    sequence: int | None = None,
    pending: UUID | None = None,
    reverses: UUID | None = None,
) -> TransferRequest:
    """A request about points that were minted before: same object, same guild, same policy, same number."""
    return TransferRequest(
        reason=reason,
        source_kind=minted.source_kind,
        source_id=minted.source_id,
        sequence=minted.sequence if sequence is None else sequence,
        guild=minted.guild_id,
        unit=minted.unit,
        source=source,
        target=target,
        amount=amount,
        policy_version=minted.policy_version,
        arithmetic=said,
        pending=pending,
        reverses=reverses,
    )


def _balances(kind: str, whose: Iterable[tuple[UUID, UUID | None]]) -> dict[tuple[UUID, UUID | None], int]:
    """Balances of one kind of account by guild and person. One statement."""
    pairs = set(whose)
    rows = Account.objects.filter(
        kind=kind,
        guild_id__in={guild for guild, _subject in pairs},
        subject_id__in={subject for _guild, subject in pairs},
    )
    found = {(row.guild_id, row.subject_id): row.balance for row in rows}
    return {pair: found[pair] for pair in pairs if pair in found}
