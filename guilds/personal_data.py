"""How guilds forget a person: memberships and rights are ended, their rows keep random ids only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from core.registries import holds_nothing_personal, register_personal_data
from guilds.models import Grant, Guild, Membership, Policy


def _erase_memberships(ids: Sequence[UUID]) -> None:
    rows = Membership.objects.filter(subject_id__in=ids)
    rows.update(roles=[])
    rows.filter(left_at__isnull=True).update(left_at=timezone.now())


def _export_memberships(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Membership.objects.filter(subject_id__in=ids).values("guild__name", "roles", "joined_at", "left_at")


def _erase_grants(ids: Sequence[UUID]) -> None:
    Grant.objects.filter(subject_id__in=ids, revoked_at__isnull=True).update(revoked_at=timezone.now())


def _export_grants(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Grant.objects.filter(subject_id__in=ids).values("guild__name", "right", "starts_at", "ends_at", "revoked_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Membership, erase=_erase_memberships, export=_export_memberships)
    register_personal_data(Grant, erase=_erase_grants, export=_export_grants)
    holds_nothing_personal(Guild, "a community's own words about itself")
    holds_nothing_personal(Policy, "numbers and the publisher's random id")
