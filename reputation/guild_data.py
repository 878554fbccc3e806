"""What reputation puts into a guild's export: the ledger by week for everybody, every transfer for stewards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.registries import GuildTable, register_guild_table
from reputation.models import Entry, Sanction, Vouch
from reputation.queries import guild_ledger

Rows = Iterable[Mapping[str, Any]]


def _by_week(guild_id: UUID, has_names: bool) -> Rows:
    before = None
    while lines := guild_ledger(guild_id, before=before, weeks=52):
        for line in lines:
            yield {
                "week": line.week,
                "reason": line.reason,
                "unit": line.unit,
                "transfers": line.transfers,
                "amount": line.amount,
            }
        before = lines[-1].week_starts_on


def _entries(guild_id: UUID, has_names: bool) -> Rows:
    rows = Entry.objects.filter(account__guild_id=guild_id, account__subject__isnull=False).order_by("pk")
    for row in rows.values(
        "transfer_id",
        "account__subject_id",
        "account__kind",
        "amount",
        "balance",
        "transfer__reason",
        "transfer__unit",
        "transfer__source_kind",
        "transfer__source_id",
        "transfer__policy_version",
        "transfer__arithmetic",
        "transfer__effective_at",
        "transfer__posted_at",
    ).iterator(2000):
        yield {name.rpartition("__")[2]: value for name, value in row.items()}


def _vouches(guild_id: UUID, has_names: bool) -> Rows:
    fields = "id voucher_id subject_id vouched_at withdrawn_at revoked_at"
    return Vouch.objects.filter(guild_id=guild_id).order_by("pk").values(*fields.split()).iterator(2000)


def _sanctions(guild_id: UUID, has_names: bool) -> Rows:
    fields = "id subject_id kind reason put_by_id begins_at ends_at case_id vouch_id lifted_at lifted_by_id lift_reason"
    return Sanction.objects.filter(guild_id=guild_id).order_by("pk").values(*fields.split()).iterator(2000)


def register() -> None:
    """Fill the registry."""
    register_guild_table(GuildTable("ledger", _("points by ISO week (UTC), reason and unit"), _by_week))
    register_guild_table(
        GuildTable("ledger_entries", _("what each transfer gave to or took from whom"), _entries, is_personal=True)
    )
    register_guild_table(GuildTable("vouches", _("who vouched for whom"), _vouches, is_personal=True))
    register_guild_table(
        GuildTable("sanctions", _("who was stopped from what, until when and why"), _sanctions, is_personal=True)
    )
