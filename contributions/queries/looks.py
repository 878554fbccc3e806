"""Approvals that wait for a second reviewer, and work that was given to somebody to review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from contributions.models import ReviewAssignment, SecondLook


def waiting_looks(ids: Sequence[UUID], guild_ids: Collection[UUID]) -> QuerySet[SecondLook]:
    """What this reviewer (all linked ids) may look at in these guilds: others' approvals of others' work, oldest first.

    Each has claimed `minutes`, `contributor_name` and `reviewer_name` (either may be empty).
    """
    rows = SecondLook.objects.filter(guild_id__in=list(guild_ids), outcome=SecondLook.Outcome.WAITING)
    rows = rows.exclude(Q(contribution__subject_id__in=ids) | Q(review__reviewer_id__in=ids))
    return (
        rows.select_related("contribution__task", "contribution__guild", "contribution__project", "review", "guild")
        .annotate(
            minutes=Sum("contribution__entries__minutes"),
            contributor_name=F("contribution__subject__profile__display_name"),
            reviewer_name=F("review__reviewer__profile__display_name"),
        )
        .order_by("asked_at", "pk")
    )


def count_looks(ids: Sequence[UUID], guild_ids: Collection[UUID]) -> int:
    """How many of them there are. One statement."""
    rows = SecondLook.objects.filter(guild_id__in=list(guild_ids), outcome=SecondLook.Outcome.WAITING)
    mine = Q(contribution__subject_id__in=ids) | Q(review__reviewer_id__in=ids)
    return int(rows.exclude(mine).aggregate(n=Count("pk"))["n"])


def given_to(ids: Sequence[UUID], limit: int = 10) -> list[ReviewAssignment]:
    """Work that was given to this reviewer and still waits, the oldest first. One statement."""
    rows = ReviewAssignment.objects.filter(
        reviewer_id__in=ids,
        ended_at=None,
        contribution__state__in=["submitted", "in_review"],
        contribution__pending_verdict=None,
    )
    return list(rows.select_related("contribution__task", "contribution__guild").order_by("assigned_at", "pk")[:limit])
