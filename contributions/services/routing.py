"""Giving work to reviewers: to whom, until when, and what happens when nobody decides.

Nothing is locked away by it: what was given to one reviewer may be taken by any other.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F

from contributions.models import Contribution, Review, ReviewAssignment
from contributions.rules import deadline
from contributions.rules_routing import Candidate, choose_reviewer
from contributions.services.steps import event_of
from core.events import record_events
from core.ids import uuid7
from core.models import Event
from core.registries import earned_right
from guilds.models import Guild, Membership
from guilds.queries import current_policy, live_grants
from reputation.queries import sanctioned_in

logger = logging.getLogger(__name__)

#: Two people judge each other when each did in so many days.
_PAIR_DAYS = 90
_BATCH = 200
_WAITING = (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW)


def route_reviews(*, now: datetime) -> int:
    """One round: end what is over, remind, pass on, give out; returns how many pieces of work were given to somebody.

    Each guild by itself; one in which something goes wrong stops no other. Safe to run twice at once: one round a guild.
    """
    given = 0
    for guild in Guild.objects.filter(state=Guild.State.OPEN).order_by("pk"):
        try:
            given += route_guild(guild=guild, now=now)
        except Exception:
            logger.exception("Reviews of guild %s could not be given out; the next run tries again.", guild.pk)
    return given


@transaction.atomic
def route_guild(*, guild: Guild, now: datetime) -> int:
    """The same for one guild."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"contributions.routing:{guild.pk}"]
        )
        if not cursor.fetchone()[0]:
            return 0
    policy = current_policy(guild.pk, now)
    zone = guild.timezone
    _end_what_is_over(guild, now)
    _pass_on(guild, now, zone=zone, days=policy.review_reassign_days)
    _remind(guild, now, zone=zone, days=policy.review_reminder_days)
    _tell_stewards(guild, now, days=policy.review_guild_queue_days)
    return _give_out(guild, now)


def _open(guild: Guild) -> list[ReviewAssignment]:
    rows = ReviewAssignment.objects.filter(contribution__guild=guild, ended_at=None)
    return list(rows.select_related("contribution").order_by("assigned_at"))


def _end_what_is_over(guild: Guild, now: datetime) -> None:
    """Decided, withdrawn, taken by somebody else: the assignment ends with it."""
    rows = ReviewAssignment.objects.filter(contribution__guild=guild, ended_at=None)
    gone = rows.exclude(contribution__state__in=_WAITING)
    done = gone.filter(contribution__reviews__reviewer_id=F("reviewer_id")).values_list("pk", flat=True)
    ReviewAssignment.objects.filter(pk__in=list(done)).update(ended_at=now, ended_for="decided")
    ReviewAssignment.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(
        ended_at=now, ended_for="gone"
    )


def _pass_on(guild: Guild, now: datetime, *, zone: str, days: int) -> None:
    late = [row.pk for row in _open(guild) if deadline(row.assigned_at, zone=zone, days=days) <= now]
    ReviewAssignment.objects.filter(pk__in=late).update(ended_at=now, ended_for="passed_on")


def _remind(guild: Guild, now: datetime, *, zone: str, days: int) -> None:
    due = [
        row
        for row in _open(guild)
        if row.reminded_at is None and deadline(row.assigned_at, zone=zone, days=days) <= now
    ]
    ReviewAssignment.objects.filter(pk__in=[row.pk for row in due]).update(reminded_at=now)
    _tell("review.reminded", [(row.contribution, row.reviewer_id) for row in due], now)


def _tell_stewards(guild: Guild, now: datetime, *, days: int) -> None:
    """Once for each piece that waits longer than the guild's queue may."""
    oldest = deadline(now, zone=guild.timezone, days=-days - 1)
    late = Contribution.objects.filter(guild=guild, state__in=_WAITING, source="logged", submitted_at__lt=oldest)
    told = Event.objects.filter(guild=guild.pk, kind="review.overdue", object_id__in=late.values("pk"))
    known = set(told.values_list("object_id", flat=True))
    _tell("review.overdue", [(work, work.subject_id) for work in late[:_BATCH] if work.pk not in known], now)


def _give_out(guild: Guild, now: datetime) -> int:
    waiting = list(
        Contribution.objects.filter(guild=guild, state=Contribution.State.SUBMITTED, source="logged")
        .exclude(assignments__ended_at=None, assignments__isnull=False)
        .select_related("task")
        .order_by("submitted_at", "pk")[:_BATCH]
    )
    if not waiting:
        return 0
    candidates = {one.subject: one for one in _candidates(guild, now)}
    pairs = _pairs(guild, {work.subject_id for work in waiting}, now)
    had: dict[UUID, set[UUID]] = defaultdict(set)
    for piece, reviewer in ReviewAssignment.objects.filter(contribution__in=waiting).values_list(
        "contribution_id", "reviewer_id"
    ):
        had[piece].add(reviewer)
    made = []
    for work in waiting:
        own = {work.subject_id}
        not_these = own | had[work.pk]
        chosen = choose_reviewer(
            work.pk,
            candidates.values(),
            role=work.task.role,
            skills=work.task.skills,
            not_these=not_these if candidates.keys() - not_these else own,
            reciprocal=pairs[work.subject_id],
        )
        if chosen is None:
            continue
        one = candidates[chosen]
        candidates[chosen] = Candidate(one.subject, one.roles, one.skills, one.load + 1)
        made.append(ReviewAssignment(id=uuid7(), contribution=work, reviewer_id=chosen, assigned_at=now))
    ReviewAssignment.objects.bulk_create(made)
    _tell("review.assigned", [(row.contribution, row.reviewer_id) for row in made], now)
    return len(made)


def _candidates(guild: Guild, now: datetime) -> Iterable[Candidate]:
    """Everybody who may review here, with their roles, what they have worked on in a year, and what they have in hand."""
    people = set(live_grants(now).filter(guild=guild, subject__erased_at=None).values_list("subject_id", flat=True))
    people |= set(earned_right("reviewer").holders(guild.pk, now))
    people -= sanctioned_in(guild.pk, "reviewing", now)
    roles = dict(
        Membership.objects.filter(guild=guild, subject__in=people, left_at=None).values_list("subject_id", "roles")
    )
    in_hand = ReviewAssignment.objects.filter(reviewer__in=people, ended_at=None).values_list("reviewer_id")
    loads = dict(in_hand.annotate(n=Count("pk")))
    skills: dict[UUID, set[str]] = defaultdict(set)
    worked = Contribution.objects.filter(
        guild=guild, subject__in=people, decided_at__gt=now - timedelta(days=365), points__isnull=False
    )
    for subject, known in worked.values_list("subject_id", "task__skills").distinct():
        skills[subject] |= set(known)
    for subject in people:
        yield Candidate(subject, frozenset(roles.get(subject, ())), frozenset(skills[subject]), loads.get(subject, 0))


def _pairs(guild: Guild, people: set[UUID], now: datetime) -> dict[UUID, set[UUID]]:
    """Of each of these people, whom they judged lately and who judged them."""
    recent = Review.objects.filter(contribution__guild=guild, decided_at__gt=now - timedelta(days=_PAIR_DAYS))
    judged = set(recent.filter(reviewer__in=people).values_list("reviewer_id", "contributor_id"))
    by = set(recent.filter(contributor__in=people).values_list("contributor_id", "reviewer_id"))
    pairs: dict[UUID, set[UUID]] = defaultdict(set)
    for one, other in judged & by:
        pairs[one].add(other)
    return pairs


def _tell(kind: str, about: Sequence[tuple[Contribution, UUID]], now: datetime) -> None:
    """An event about each piece of work and the person it is told to."""
    events = [event_of(kind, work, actor=None, now=now, subject=whose) for work, whose in about]
    if events:
        record_events(events, now=now)
