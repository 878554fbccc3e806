"""Reads about guilds that span tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Q, QuerySet

from accounts.queries import ids_of, linked_subjects
from guilds.models import Grant, Guild, Membership, Policy


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


@dataclass(frozen=True)
class Viewer:
    """What the reader of a page is to one guild. Pages ask it what to offer; services check again."""

    ids: tuple[UUID, ...] = ()
    is_member: bool = False
    rights: frozenset[str] = frozenset()
    is_hub_steward: bool = False

    @property
    def is_signed_in(self) -> bool:
        return bool(self.ids)

    @property
    def is_steward(self) -> bool:
        return "steward" in self.rights or self.is_hub_steward

    @property
    def is_maintainer(self) -> bool:
        return bool(self.rights & {"maintainer", "steward"})

    @property
    def is_reviewer(self) -> bool:
        return bool(self.rights)

    @property
    def sees_names(self) -> bool:
        """Members see who did what; on everybody else's page a person is "a contributor"."""
        return self.is_member or self.is_hub_steward

    def is_person(self, subject_id: UUID | None) -> bool:
        """Whether that subject is the reader."""
        return subject_id in self.ids


def viewer_in(user: Any, guild_id: UUID, now: datetime) -> Viewer:
    """What a logged-in or anonymous user is to a guild; one statement, none for the anonymous."""
    if not user.is_authenticated:
        return Viewer()
    ids = ids_of(user)
    seats = Membership.objects.filter(guild_id=guild_id, subject_id__in=ids, left_at__isnull=True)
    rights = live_grants(now).filter(guild_id=guild_id, subject_id__in=ids)
    row = Guild.objects.filter(pk=guild_id).values_list(Exists(seats), ArraySubquery(rights.values("right"))).get()
    return Viewer(tuple(ids), bool(row[0]), frozenset(row[1]), bool(user.is_staff))
