"""What the ledger tells a person of their accounts. It forgets nobody: random ids and amounts stay, so every sum holds.

Of vouches and sanctions an erased person leaves ids and times: the vouches end, and stewards' words go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from core.registries import holds_nothing_personal, register_personal_data
from core.written import ERASED
from reputation.models import (
    Account,
    Entry,
    ExpiryWarning,
    LedgerCount,
    LedgerWeek,
    PendingPoints,
    Sanction,
    Transfer,
    Vouch,
)


def _keep(ids: Sequence[UUID]) -> None:
    """Erasing a person changes no sum and no hash."""


def _export_accounts(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Account.objects.filter(subject_id__in=ids).values("guild__name", "kind", "unit", "balance")


def _export_entries(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = Entry.objects.filter(account__subject_id__in=ids).order_by("pk")
    return rows.values(
        "amount",
        "balance",
        account_kind=F("account__kind"),
        unit=F("transfer__unit"),
        guild_name=F("transfer__guild__name"),
        reason=F("transfer__reason"),
        source_kind=F("transfer__source_kind"),
        source_id=F("transfer__source_id"),
        policy_version=F("transfer__policy_version"),
        arithmetic=F("transfer__arithmetic"),
        effective_at=F("transfer__effective_at"),
    )


def _export_pending(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = PendingPoints.objects.filter(account__subject_id__in=ids).order_by("pk")
    return rows.values("amount", "vests_on", "held_for", guild_name=F("account__guild__name"))


def _export_warnings(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = ExpiryWarning.objects.filter(account__subject_id__in=ids).order_by("pk")
    return rows.values("points", "expires_on", "days_before", guild_name=F("account__guild__name"))


def _erase_vouches(ids: Sequence[UUID]) -> None:
    """Nobody vouches for somebody who is gone, and who is gone vouches for nobody."""
    rows = Vouch.objects.filter(Q(voucher_id__in=ids) | Q(subject_id__in=ids), withdrawn_at__isnull=True)
    rows.update(withdrawn_at=timezone.now())


def _export_vouches(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = Vouch.objects.filter(Q(voucher_id__in=ids) | Q(subject_id__in=ids)).order_by("pk")
    return rows.values("guild__name", "voucher_id", "subject_id", "vouched_at", "withdrawn_at", "revoked_at")


def _erase_sanctions(ids: Sequence[UUID]) -> None:
    """Words about them, and words of theirs about others."""
    about = Q(subject_id__in=ids)
    Sanction.objects.filter(about | Q(put_by_id__in=ids)).exclude(reason="").update(reason=ERASED)
    Sanction.objects.filter(about | Q(lifted_by_id__in=ids)).exclude(lift_reason="").update(lift_reason=ERASED)


def _export_sanctions(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = Sanction.objects.filter(Q(subject_id__in=ids) | Q(put_by_id__in=ids) | Q(lifted_by_id__in=ids)).order_by(
        "pk"
    )
    return rows.values("guild__name", "kind", "reason", "begins_at", "ends_at", "lifted_at", "lift_reason")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Account, erase=_keep, export=_export_accounts)
    register_personal_data(Entry, erase=_keep, export=_export_entries)
    register_personal_data(PendingPoints, erase=_keep, export=_export_pending)
    register_personal_data(ExpiryWarning, erase=_keep, export=_export_warnings)
    register_personal_data(Vouch, erase=_erase_vouches, export=_export_vouches)
    register_personal_data(Sanction, erase=_erase_sanctions, export=_export_sanctions)
    holds_nothing_personal(
        Transfer,
        "random ids, amounts and hashes; a person's side of it is told as their entries",
    )
    holds_nothing_personal(LedgerWeek, "sums of a guild by week")
    holds_nothing_personal(LedgerCount, "a number")
