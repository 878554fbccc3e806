"""What the nightly run reads of a guild, and what a case shows of the work behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from contributions.models import Contribution, IntegrityCase, Review
from contributions.rules_patterns import Approved, Joined, PublishedTask
from guilds.models import Guild, Membership, Policy
from projects.models import Task

#: A run looks at what was approved in so many days.
LOOKS_BACK = timedelta(days=90)


def approvals_of(guild: Guild, now: datetime) -> list[Approved]:
    """A quarter of a guild's approvals by people, with both sides' primary ids. One statement."""
    rows = (
        Review.objects.filter(
            contribution__guild=guild, verdict="approved", basis="person", overturned_at=None, decided_at__gt=now - LOOKS_BACK
        )
        .order_by("decided_at", "pk")
        .values_list(
            "contribution_id", "contributor_id", "reviewer_id", "contribution__task_id", "contribution__project_id",
            "contribution__role", "minutes_approved", "contribution__points", "decided_at",
        )
    )  # fmt: skip
    return [
        Approved(work, who, by, task, f"{project}:{role}", minutes, points or 0, at)
        for work, who, by, task, project, role, minutes, points, at in rows.iterator(5000)
    ]


def published_of(guild: Guild, now: datetime, policy: Policy) -> list[PublishedTask]:
    """The tasks that were published in that time, worth what their full estimate brings at a rubric of 3. One statement."""
    factors: dict[str, Any] = {
        "XS": policy.difficulty_xs, "S": policy.difficulty_s, "M": policy.difficulty_m, "L": policy.difficulty_l,
    }  # fmt: skip
    rows = Task.objects.filter(
        project__guild=guild, is_open_work=False, published_at__gt=now - 2 * LOOKS_BACK, published_by__isnull=False
    ).values_list("pk", "project_id", "role", "published_by_id", "estimate_minutes", "difficulty")
    return [
        PublishedTask(
            pk, f"{project}:{role}", by, estimate, estimate * policy.points_per_hour * float(factors[size]) / 60
        )
        for pk, project, role, by, estimate, size in rows.iterator(5000)
    ]


def joined_of(guild: Guild, now: datetime) -> list[Joined]:
    """Who joined in that time. One statement."""
    rows = Membership.objects.filter(guild=guild, joined_at__gt=now - LOOKS_BACK).values_list("subject_id", "joined_at")
    return [Joined(subject, at) for subject, at in rows]


def work_behind(case: IntegrityCase, limit: int = 50) -> QuerySet[Contribution]:
    """The approvals that a case's numbers count, the newest first."""
    among, about = case.subjects, case.about
    found = Q(reviews__contributor_id__in=among)
    if case.kind in (IntegrityCase.Kind.PAIR, IntegrityCase.Kind.RING):
        found = Q(reviews__contributor_id__in=among, reviews__reviewer_id__in=among)
    elif case.kind == IntegrityCase.Kind.ONE_REVIEWER:
        found = Q(reviews__contributor_id=about, reviews__reviewer_id__in=among)
    elif case.kind == IntegrityCase.Kind.BURST:
        found = Q(reviews__contributor_id__in=among, reviews__reviewer_id=about)
    elif case.kind == IntegrityCase.Kind.INFLATED_TASK:
        found = Q(task_id=about)
    rows = Contribution.objects.filter(
        found, guild_id=case.guild_id, reviews__verdict="approved", reviews__basis="person",
        reviews__decided_at__gt=case.seen_at - LOOKS_BACK, reviews__decided_at__lte=case.seen_at,
    )  # fmt: skip
    return (
        rows.select_related("task")
        .annotate(
            contributor_name=F("subject__profile__display_name"),
            reviewer_name=F("reviews__reviewer__profile__display_name"),
            minutes=F("reviews__minutes_approved"),
        )
        .order_by("-decided_at", "-pk")[:limit]
    )


def cases_for(guild_ids: list[UUID] | None) -> QuerySet[IntegrityCase]:
    """The cases of these guilds (None: of all), those that wait first."""
    rows = IntegrityCase.objects.select_related("guild").order_by(F("closed_at").desc(nulls_first=True), "-found_at")
    return rows if guild_ids is None else rows.filter(guild_id__in=guild_ids)
