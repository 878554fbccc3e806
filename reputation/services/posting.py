"""The one way into the ledger: `transfer` posts requests with one SQL statement, all or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.ids import uuid7
from reputation.models import MOVES, SUBJECT_KINDS, AccountKind, Reason, Unit


class KeyReused(DomainError):
    """The idempotency key belongs to a transfer that says something else."""

    code = "key_reused"


class AlreadyPosted(DomainError):
    """This source object has had its transfer for this reason, under another key."""

    code = "already_posted"


class NotPending(DomainError):
    """The points are not waiting any more: they vested, or were taken back."""

    code = "not_pending"


class NotEnoughPoints(DomainError):
    """A person's account would fall below zero (or their debt rise above it)."""

    code = "not_enough_points"


@dataclass(frozen=True)
class AccountName:
    """One account of a guild by its name: a kind, and the person whose it is (None: the guild's own)."""

    kind: str
    subject: UUID | None = None

    def __post_init__(self) -> None:
        if self.kind not in AccountKind.values:
            raise ValueError(f"There is no account of kind {self.kind!r}.")
        if (self.kind in SUBJECT_KINDS) != (self.subject is not None):
            raise ValueError(f"A {self.kind} account belongs to {'a person' if self.subject is None else 'a guild'}.")


#: The guild's own account that points come from.
ISSUANCE = AccountName(AccountKind.ISSUANCE)


@dataclass(frozen=True)
class TransferRequest:
    """A wish to move `amount` of `unit` in `guild` from account `source` to account `target`.

    `source_kind` and `source_id` name the object it comes from; with `reason` and `sequence` they are unique in
    the ledger. `effective_at` None means the `now` of the posting. `arithmetic` holds whole numbers, true and
    false, and short words: never a float, never anything about a person. Points that will pend say the first day on
    which they don't (`vests_on`, guild's zone), pending points that move say which transfer minted them (`pending`), and
    a reversal says what it takes back (`reverses`). Raises ValueError when malformed.
    """

    reason: str
    source_kind: str
    source_id: UUID
    guild: UUID
    unit: str
    source: AccountName
    target: AccountName
    amount: int
    policy_version: int
    arithmetic: dict[str, Any]
    sequence: int = 0
    effective_at: datetime | None = None
    idempotency_key: str = ""
    vests_on: date | None = None
    pending: UUID | None = None
    reverses: UUID | None = None

    def __post_init__(self) -> None:
        if self.reason not in Reason.values:
            raise ValueError(f"{self.reason!r} is not a reason to move points.")
        if self.unit not in Unit.values:
            raise ValueError(f"{self.unit!r} is not a unit of the ledger.")
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount < 1:
            raise ValueError("A transfer moves a whole amount of at least 1.")
        if (self.source.kind, self.target.kind) not in MOVES[self.reason]:
            raise ValueError(f"{self.reason} moves nothing from {self.source.kind} to {self.target.kind}.")
        if self.effective_at is not None and self.effective_at.tzinfo is None:
            raise ValueError("effective_at needs a time zone.")
        if (self.target.kind == AccountKind.PTS_PENDING) != (self.vests_on is not None):
            raise ValueError("Points that pend, and no others, say when they vest.")
        if (self.source.kind == AccountKind.PTS_PENDING) != (self.pending is not None):
            raise ValueError("Pending points that move, and no others, say which transfer minted them.")
        if (self.reason == Reason.REVERSAL) != (self.reverses is not None):
            raise ValueError("A reversal, and nothing else, says what it takes back.")
        _check_arithmetic(self.arithmetic)
        if not self.idempotency_key:
            key = f"{self.reason}:{self.source_kind}:{self.source_id}:{self.sequence}"
            object.__setattr__(self, "idempotency_key", key)


@dataclass(frozen=True)
class PostedTransfer:
    """A transfer as it stands in the ledger; `is_replay` when an earlier call had posted it already."""

    id: UUID
    request: TransferRequest
    is_replay: bool


def transfer(requests: Sequence[TransferRequest], *, now: datetime) -> list[PostedTransfer]:
    """Post all requests or none of them, in one SQL statement; the results are in the order of the requests.

    Safe to run twice: a request whose key is in the ledger returns the transfer posted then. Call it last in a
    transaction, because it locks accounts; a refusal leaves the surrounding transaction to be rolled back.
    Raises KeyReused, AlreadyPosted, NotEnoughPoints, NotPending; ValueError for an `effective_at` after `now`.
    """
    if not requests:
        return []
    if any(r.effective_at is not None and r.effective_at > now for r in requests):
        raise ValueError("Nothing is earned in the future: effective_at lies after now.")
    ids = [uuid7() for _request in requests]
    payload = json.dumps([_as_json(i, r) for i, r in zip(ids, requests, strict=True)])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT post_transfers(%s::jsonb, %s)", [payload, now])
            [(said,)] = cursor.fetchall()
    except DatabaseError as error:
        raise _refusal(error) or error from error
    before = {int(ordinal) - 1: UUID(found) for ordinal, found in json.loads(said or "{}").items()}
    return [
        PostedTransfer(before.get(n, i), r, n in before) for n, (i, r) in enumerate(zip(ids, requests, strict=True))
    ]


def _check_arithmetic(value: Any) -> None:
    """Refuse what must not be kept for ever: floats (they don't add up) and text longer than a word."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_arithmetic(key)
            _check_arithmetic(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_arithmetic(inner)
    elif isinstance(value, str):
        if len(value) > 40 or " " in value or "@" in value:
            raise ValueError(f"{value!r} does not belong into the arithmetic: words, not sentences or addresses.")
    elif value is not None and not isinstance(value, int):
        raise ValueError(f"{value!r} does not belong into the arithmetic: whole numbers, or decimals as text.")


def _as_json(transfer_id: UUID, request: TransferRequest) -> dict[str, Any]:
    """The request in the fields of the database's type reputation_said."""
    said = {
        "id": str(transfer_id),
        "reason": request.reason,
        "source_kind": request.source_kind,
        "source_id": str(request.source_id),
        "sequence": request.sequence,
        "idempotency_key": request.idempotency_key,
        "guild_id": str(request.guild),
        "unit": request.unit,
        "amount": request.amount,
        "policy_version": request.policy_version,
        "arithmetic": request.arithmetic,
        "source_account": request.source.kind,
        "source_subject": request.source.subject and str(request.source.subject),
        "target_account": request.target.kind,
        "target_subject": request.target.subject and str(request.target.subject),
    }
    # Left out and not null: the function fills in its `now`, and a retry at another time is the same request.
    optional: dict[str, Any] = {
        "effective_at": request.effective_at and request.effective_at.isoformat(),
        "vests_on": request.vests_on and request.vests_on.isoformat(),
        "pending": request.pending and str(request.pending),
        "reverses_id": request.reverses and str(request.reverses),
    }
    return said | {name: value for name, value in optional.items() if value is not None}


def _refusal(error: DatabaseError) -> DomainError | None:
    """The refusal that an SQLSTATE of `post_transfers` stands for."""
    match getattr(error.__cause__, "pgcode", None):
        case "GH101":
            return KeyReused(_("This was posted before with other numbers. Nothing was changed; reload the page."))
        case "GH102":
            return AlreadyPosted(_("The points for this have been posted already. Nothing was posted twice."))
        case "GH103":
            return NotEnoughPoints(_("There are not enough points for this. Nothing was changed."))
        case "GH106":
            return NotPending(_("These points are not waiting any more. Nothing was changed; reload the page."))
    return None
