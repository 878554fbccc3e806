"""Reads about guilds that span tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.queries import linked_subjects
from guilds.models import Grant, Membership, Policy


def current_policy(guild_id: UUID, now: datetime) -> Policy:
    """The policy in force at `now`; raises Policy.DoesNotExist for a guild that has none yet."""
    return Policy.objects.filter(guild_id=guild_id, effective_at__lte=now).latest("version")


def live_grants(now: datetime) -> QuerySet[Grant]:
    """Grants in force at `now`."""
    return Grant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now, revoked_at__isnull=True
    )


def rights_of(subject_ids: Sequence[UUID], now: datetime) -> dict[UUID, set[str]]:
    """guild id -> rights granted to a person (pass every linked id)."""
    rights: dict[UUID, set[str]] = {}
    for guild_id, right in live_grants(now).filter(subject_id__in=subject_ids).values_list("guild_id", "right"):
        rights.setdefault(guild_id, set()).add(right)
    return rights


def is_member(subject_id: UUID, guild_id: UUID) -> bool:
    """Whether the person belongs to the guild today."""
    return Membership.objects.filter(
        guild_id=guild_id, subject_id__in=linked_subjects(subject_id), left_at__isnull=True
    ).exists()


def holders(guild_id: UUID, rights: Sequence[str], now: datetime) -> list[UUID]:
    """Subjects that hold one of the rights in the guild at `now`."""
    found = live_grants(now).filter(guild_id=guild_id, right__in=rights)
    return list(found.values_list("subject_id", flat=True).distinct())
