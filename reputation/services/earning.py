"""What a piece of work, a review or an import earns, as requests for `transfer`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from reputation.models import AccountKind, Reason, Unit
from reputation.services.posting import ISSUANCE, AccountName, TransferRequest


class Earning(TypedDict):
    """What a person earned in a guild by one thing, before it is split into transfers.

    `points` may be 0. Without `effective_at` it is effective at the `now` of the posting. `vests_on` is the first day on
    which its PTS are available (`reputation.rules.vests_on`); imports have none.
    """

    source_kind: str
    source_id: UUID
    guild: UUID
    subject: UUID
    points: int
    policy_version: int
    arithmetic: dict[str, Any]
    effective_at: NotRequired[datetime | None]
    vests_on: NotRequired[date]


def approval_transfers(**earned: Unpack[Earning]) -> list[TransferRequest]:
    """What an approved contribution earns: REP, and as many PTS, which pend. Points 0: no transfer."""
    return _minted(Reason.CONTRIBUTION_APPROVED, (Unit.REP, Unit.PTS), earned)


def correction_transfers(**earned: Unpack[Earning]) -> list[TransferRequest]:
    """What a contribution earns after a challenge changed its verdict; what it earned before is taken back. Points 0: none."""
    return _minted(Reason.CONTRIBUTION_CORRECTED, (Unit.REP, Unit.PTS), earned, first=2)


def review_pay_transfers(**earned: Unpack[Earning]) -> list[TransferRequest]:
    """What a reviewer is paid for one decided review, in REP and in PTS. Points 0: no transfer."""
    return _minted(Reason.REVIEW_PAID, (Unit.REP, Unit.PTS), earned)


def import_transfers(**earned: Unpack[Earning]) -> list[TransferRequest]:
    """What one accepted piece of imported history earns: REP only, effective when the work was done.

    Raises ValueError without an `effective_at`: work of years ago must not look like today's.
    """
    if earned.get("effective_at") is None:
        raise ValueError("Imported history is effective on the date of the work.")
    return _minted(Reason.HISTORY_IMPORTED, (Unit.REP,), earned)


_EARNED_ON = {Unit.REP: AccountKind.REP, Unit.PTS: AccountKind.PTS_PENDING}


def _minted(reason: Reason, units: Sequence[Unit], earned: Earning, *, first: int = 0) -> list[TransferRequest]:
    """One transfer per unit out of the guild's issuance, numbered from `first` in the order of `units`."""
    if earned["points"] == 0:
        return []
    return [
        TransferRequest(
            reason=reason,
            source_kind=earned["source_kind"],
            source_id=earned["source_id"],
            sequence=sequence,
            guild=earned["guild"],
            unit=unit,
            source=ISSUANCE,
            target=AccountName(_EARNED_ON[unit], earned["subject"]),
            amount=earned["points"],
            policy_version=earned["policy_version"],
            arithmetic=earned["arithmetic"],
            effective_at=earned.get("effective_at"),
            vests_on=earned.get("vests_on") if unit == Unit.PTS else None,
        )
        for sequence, unit in enumerate(units, start=first)
    ]
