"""What the ledger tells a person of their accounts. It forgets nobody: random ids and amounts stay, so every sum holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import F

from core.registries import holds_nothing_personal, register_personal_data
from reputation.models import Account, Entry, ExpiryWarning, LedgerCount, LedgerWeek, PendingPoints, Transfer


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


def register() -> None:
    """Fill the registry."""
    register_personal_data(Account, erase=_keep, export=_export_accounts)
    register_personal_data(Entry, erase=_keep, export=_export_entries)
    register_personal_data(PendingPoints, erase=_keep, export=_export_pending)
    register_personal_data(ExpiryWarning, erase=_keep, export=_export_warnings)
    holds_nothing_personal(
        Transfer,
        "random ids, amounts and hashes; a person's side of it is told as their entries",
    )
    holds_nothing_personal(LedgerWeek, "sums of a guild by week")
    holds_nothing_personal(LedgerCount, "a number")
