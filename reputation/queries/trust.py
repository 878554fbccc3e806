"""Who is vouched for, and what somebody may not do in a guild today."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.queries import linked_people
from reputation.models import Sanction, Vouch
from reputation.rules.trust import VOUCHES_ENOUGH


def sanctions_in_force(now: datetime) -> QuerySet[Sanction]:
    """Neither lifted nor over."""
    return Sanction.objects.filter(lifted_at__isnull=True, begins_at__lte=now, ends_at__gt=now)


def sanction_on(subject_ids: Sequence[UUID], guild_id: UUID, kind: str, now: datetime) -> Sanction | None:
    """The one that ends last of those that stop a person (pass every linked id) from `kind` in the guild. One statement."""
    rows = sanctions_in_force(now).filter(subject_id__in=subject_ids, guild_id=guild_id, kind=kind)
    return rows.select_related("guild").order_by("-ends_at").first()


def sanctioned_in(guild_id: UUID, kind: str, now: datetime) -> set[UUID]:
    """Everybody who may not do `kind` in the guild, under all their ids. One or two statements."""
    rows = sanctions_in_force(now).filter(guild_id=guild_id, kind=kind)
    found = set(rows.values_list("subject_id", flat=True))
    return {one for linked in linked_people(found).values() for one in linked} if found else found


def counting_vouches(guild_id: UUID, now: datetime) -> QuerySet[Vouch]:
    """The guild's vouches that are neither taken back nor revoked, and whose voucher isn't paying for a wrong one."""
    paying = sanctions_in_force(now).filter(
        guild_id=guild_id, kind=Sanction.Kind.VOUCHING, subject_id=OuterRef("voucher_id")
    )
    rows = Vouch.objects.filter(guild_id=guild_id, withdrawn_at__isnull=True, revoked_at__isnull=True)
    return rows.filter(~Exists(paying))


def is_vouched(subject_ids: Sequence[UUID], guild_id: UUID, now: datetime) -> bool:
    """Whether two members' vouches for a person (pass every linked id) count in the guild. One statement."""
    rows = counting_vouches(guild_id, now).filter(subject_id__in=subject_ids)
    return rows.exclude(voucher_id__in=subject_ids).values("voucher_id").distinct().count() >= VOUCHES_ENOUGH


def vouches_of(subject_ids: Sequence[UUID], guild_id: UUID) -> QuerySet[Vouch]:
    """Those that a person (all linked ids) gave or got in a guild, the newest first."""
    mine = Q(voucher_id__in=subject_ids) | Q(subject_id__in=subject_ids)
    return Vouch.objects.filter(mine, guild_id=guild_id, withdrawn_at__isnull=True).order_by("-vouched_at", "-pk")


def sanctions_seen(guild_id: UUID, subject_ids: Sequence[UUID] | None) -> QuerySet[Sanction]:
    """A guild's sanctions, the newest first: all (None), or those on one person (all linked ids)."""
    rows = Sanction.objects.filter(guild_id=guild_id).annotate(name=F("subject__profile__display_name"))
    rows = rows.select_related("guild").order_by("-begins_at", "-pk")
    return rows if subject_ids is None else rows.filter(subject_id__in=subject_ids)


def live_vouches_for(subjects: Collection[UUID], guild_id: UUID) -> QuerySet[Vouch]:
    """Vouches for any of these people that stand, for whoever ends them."""
    ids = {one for linked in linked_people(subjects).values() for one in linked}
    return Vouch.objects.filter(
        guild_id=guild_id, subject_id__in=ids, withdrawn_at__isnull=True, revoked_at__isnull=True
    ).order_by("pk")
