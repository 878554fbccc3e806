"""What waits for a reviewer: the queue, oldest first, in batches; and their verdicts that are not posted yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db.models import Count, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from contributions.models import Contribution, FeedbackSnippet, PendingVerdict, Review, TimeEntry
from contributions.rules import in_batches
from core.written import with_links
from guilds.models import Policy

_WAITING = (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW)


def waiting_work(guild_ids: Collection[UUID] | None, *, project_id: UUID | None = None) -> QuerySet[Contribution]:
    """Handed-in work of these guilds (None: of all), or of one project, on which no verdict was given; the reviewer's own too."""
    works = Contribution.objects.filter(
        state__in=_WAITING,
        source=Contribution.Source.LOGGED,
        pending_verdict__isnull=True,
    )
    if guild_ids is not None:
        works = works.filter(guild_id__in=guild_ids)
    return works.filter(project_id=project_id) if project_id else works


def review_queue(
    works: QuerySet[Contribution],
    reviewer_ids: Sequence[UUID],
    *,
    now: datetime,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> list[Contribution]:
    """The waiting work of others, oldest first, after the given (submitted_at, id). One statement; up to `limit` + 1 rows.

    Each row has claimed `minutes`, `first_day`, `last_day`, `contributor_name` (may be empty), what it was returned
    with the last time (`asked`), `is_taken`: whether another reviewer has it and their days are not over, and `is_late`:
    whether it waits longer than a reviewer has.
    """
    entries = TimeEntry.objects.filter(contribution_id=OuterRef("pk")).order_by().values("contribution_id")
    policies = Policy.objects.filter(guild_id=OuterRef("guild_id"), effective_at__lte=now).order_by("-version")
    returned = Review.objects.filter(contribution_id=OuterRef("pk"), verdict=Review.Verdict.RETURNED).order_by("-id")
    rows = works.exclude(subject_id__in=reviewer_ids)
    if after:
        rows = rows.filter(Q(submitted_at__gt=after[0]) | Q(submitted_at=after[0], pk__gt=after[1]))
    found = list(
        with_links(rows.select_related("task", "project", "guild"))
        .defer("project__summary")
        .annotate(
            minutes=Subquery(entries.annotate(n=Sum("minutes")).values("n"), output_field=IntegerField()),
            first_day=Subquery(entries.annotate(n=Min("worked_on")).values("n")),
            last_day=Subquery(entries.annotate(n=Max("worked_on")).values("n")),
            contributor_name=F("subject__profile__display_name"),
            reviewer_name=F("reviewer__profile__display_name"),
            reassign_days=Subquery(policies.values("review_reassign_days")[:1]),
            asked=Subquery(returned.values("reason")[:1]),
            batch_minutes=Subquery(policies.values("review_batch_minutes")[:1]),
        )
        .order_by("submitted_at", "pk")[: limit + 1]
    )
    for work in found:
        until = work.taken_at + timedelta(days=work.reassign_days) if work.taken_at else now
        work.is_taken = bool(work.reviewer_id and work.reviewer_id not in reviewer_ids and until > now)
        work.is_late = bool(work.submitted_at and work.submitted_at + timedelta(days=work.reassign_days) < now)
    return found


def batches_of(works: Sequence[Contribution]) -> list[list[Contribution]]:
    """Rows of `review_queue` as they are judged: small pieces of one task together, what another reviewer has alone."""
    return in_batches(
        works,
        task=lambda work: None if work.is_taken else work.task_id,
        minutes=lambda work: work.minutes,
        most=lambda work: work.batch_minutes,
    )


def verdicts_to_undo(reviewer_ids: Sequence[UUID]) -> list[PendingVerdict]:
    """A reviewer's verdicts that are not posted yet, the latest first, each with its task. One statement."""
    mine = PendingVerdict.objects.filter(reviewer_id__in=reviewer_ids).select_related("contribution__task")
    return list(
        mine.annotate(contributor_name=F("contribution__subject__profile__display_name")).order_by("-given_at", "pk")
    )


def snippets_of(subject_ids: Sequence[UUID]) -> list[FeedbackSnippet]:
    """A reviewer's phrases, in the order in which they were kept. One statement."""
    return list(FeedbackSnippet.objects.filter(subject_id__in=subject_ids).order_by("id"))


#: How long work waits, in days: each group ends where the next begins.
AGES = (1, 3, 7)


@dataclass(frozen=True)
class QueueAges:
    """How many pieces of others' work wait, the youngest group first (`AGES`), and how many of the reader's own."""

    counts: tuple[int, ...]
    own: int = 0

    @property
    def others(self) -> int:
        """How many wait for this reader."""
        return sum(self.counts)


def queue_ages(works: QuerySet[Contribution], reviewer_ids: Sequence[UUID], *, now: datetime) -> QueueAges:
    """How much waits in a queue for a reviewer, by age. One statement."""
    edges = [now - timedelta(days=days) for days in AGES]
    groups = [Q(submitted_at__gt=edges[0])]
    groups += [Q(submitted_at__lte=young, submitted_at__gt=old) for young, old in pairwise(edges)]
    groups.append(Q(submitted_at__lte=edges[-1]))
    own = Q(subject_id__in=list(reviewer_ids))
    named = {f"age{number}": Count("pk", filter=group & ~own) for number, group in enumerate(groups)}
    counts = works.aggregate(own=Count("pk", filter=own), **named)
    return QueueAges(tuple(counts[name] for name in named), counts["own"])
