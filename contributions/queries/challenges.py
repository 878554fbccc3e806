"""Disputed verdicts as their readers see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from contributions.models import Challenge, Contribution, PanelSeat, Review
from contributions.rules import deadline
from guilds.models import Policy
from guilds.queries import live_grants

_WITH = ("contribution__task", "contribution__project", "guild", "review", "new_review")


def readable_challenges(user: Any, ids: Sequence[UUID], now: datetime) -> QuerySet[Challenge]:
    """The cases that this reader (all linked ids) decides, is concerned by, or looks after as a steward; newest first."""
    rows = Challenge.objects.select_related(*_WITH).order_by("-opened_at", "-pk")
    if user.is_staff:
        return rows
    stewarded = live_grants(now).filter(subject_id__in=ids, right="steward").values("guild_id")
    seats = PanelSeat.objects.filter(subject_id__in=ids)
    mine = (
        Q(contribution__subject_id__in=ids)
        | Q(raised_by_id__in=ids)
        | Q(review__reviewer_id__in=ids)
        | Q(pk__in=seats.values("challenge_id"))
    )
    return rows.filter(mine | Q(guild_id__in=stewarded))


def dispute_until(work: Contribution, review: Review) -> datetime:
    """Until when a verdict can be disputed: by the policy under which it was given. One statement."""
    days = (
        Policy.objects.filter(guild_id=work.guild_id, version=review.policy_version).values_list("appeal_days").get()[0]
    )
    return deadline(review.decided_at, zone=work.guild.timezone, days=days)
