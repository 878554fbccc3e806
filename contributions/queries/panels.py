"""Who may be drawn for a panel, and what a panel's members and the parties see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from accounts.models import Subject
from accounts.queries import linked_people
from contributions.models import Challenge, Contribution, PanelSeat, Review
from contributions.rules import OVERTURNS_SAY_FROM
from core.registries import earned_right
from guilds.queries import current_policy, live_grants
from reputation.queries import sanctioned_in

#: People who judged each other's work in so many days are tied.
_TIED_DAYS = 90
_A_YEAR = timedelta(days=365)


def guild_candidates(challenge: Challenge, now: datetime) -> set[UUID]:
    """The reviewers of the guild who may sit on this case: alive, without a tie to it, and not often overturned."""
    granted = live_grants(now).filter(guild_id=challenge.guild_id).values_list("subject_id", flat=True)
    people = set(granted) | set(earned_right("reviewer").holders(challenge.guild_id, now))
    people -= often_overturned(challenge.guild_id, now)
    return _untied(people, challenge, now)


def hub_candidates(challenge: Challenge, now: datetime) -> set[UUID]:
    """The stewards of the hub without a tie to the case."""
    staff = Subject.objects.filter(user__is_staff=True, user__is_active=True).values_list("pk", flat=True)
    return _untied(set(staff), challenge, now)


def often_overturned(guild_id: UUID, now: datetime) -> set[UUID]:
    """Reviewers of whom panels overturned more than the policy's percent of a year's verdicts, from ten verdicts on."""
    policy = current_policy(guild_id, now)
    rows = (
        Review.objects.filter(contribution__guild_id=guild_id, reviewer__isnull=False, decided_at__gt=now - _A_YEAR)
        .values("reviewer_id")
        .annotate(given=Count("pk"), lost=Count("pk", filter=Q(overturned_at__isnull=False)))
        .filter(given__gte=OVERTURNS_SAY_FROM, lost__gt=F("given") * policy.overturn_percent / 100)
    )
    return {row["reviewer_id"] for row in rows}


def _untied(people: set[UUID], challenge: Challenge, now: datetime) -> set[UUID]:
    """Those who are no party to it, judged nothing of it, work on no other part of its task, and are in no pair that judge
    each other with whoever's work it is; nobody whom a sanction stops from reviewing."""
    work = challenge.contribution
    tied = {work.subject_id, challenge.raised_by_id, challenge.review.reviewer_id}
    tied |= set(Review.objects.filter(contribution=work).values_list("reviewer_id", flat=True))
    tied |= set(
        Contribution.objects.filter(task_id=work.task_id, task__is_open_work=False).values_list("subject_id", flat=True)
    )
    recent = Review.objects.filter(
        contribution__guild_id=challenge.guild_id, decided_at__gt=now - timedelta(days=_TIED_DAYS)
    )
    judged_by = set(recent.filter(contributor_id=work.subject_id).values_list("reviewer_id", flat=True))
    tied |= judged_by & set(recent.filter(reviewer_id=work.subject_id).values_list("contributor_id", flat=True))
    tied.discard(None)
    ids = {linked for person in linked_people({one for one in tied if one}).values() for linked in person}
    ids |= sanctioned_in(challenge.guild_id, "reviewing", now)
    alive = Subject.objects.filter(pk__in=people - ids, erased_at__isnull=True, user__is_active=True)
    return set(alive.values_list("pk", flat=True))


def seats_of(ids: Sequence[UUID]) -> QuerySet[PanelSeat]:
    """The cases on which this person (all linked ids) is asked to decide, the oldest first."""
    asked = PanelSeat.objects.filter(subject_id__in=ids, state=PanelSeat.State.ASKED)
    return asked.select_related("challenge__contribution__task", "challenge__guild").order_by("asked_at", "pk")
