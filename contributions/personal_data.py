"""How contributions forget a person: words, links and clock times go; minutes, verdicts and random ids stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from contributions.history import personal_data as history
from contributions.models import (
    BoardChange,
    BoardStep,
    Challenge,
    Contribution,
    FeedbackSnippet,
    IntegrityCase,
    PanelSeat,
    PendingVerdict,
    PolicySimulation,
    Review,
    ReviewAssignment,
    Score,
    SecondLook,
    TimeEntry,
    Week,
    WorkDay,
)
from core.registries import holds_nothing_personal, register_personal_data

ERASED = "[erased]"


def _erase_contributions(ids: Sequence[UUID]) -> None:
    Contribution.objects.filter(subject_id__in=ids).update(note="", link="", payload_hash="")


def _export_contributions(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Contribution.objects.filter(subject_id__in=ids).values(
        "id", "guild__name", "project__title", "task__title", "source", "state", "note", "link", "created_at", "points"
    )


def _erase_entries(ids: Sequence[UUID]) -> None:
    # Day and minutes of credited work stand by trigger; at what hour somebody sat down goes, and the trigger lets it
    # because the person is marked as erased by now.
    TimeEntry.objects.filter(subject_id__in=ids, started_at__isnull=False).update(started_at=None, ended_at=None)


def _export_entries(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return TimeEntry.objects.filter(subject_id__in=ids).values(
        "contribution_id", "worked_on", "minutes", "started_at", "ended_at", "counts"
    )


def _erase_reviews(ids: Sequence[UUID]) -> None:
    given = Review.objects.filter(reviewer_id__in=ids)
    given.exclude(reason="").update(reason=ERASED)
    given.exclude(next_step="").update(next_step=ERASED)
    # What was written to the erased person is about them, too.
    about = Review.objects.filter(contributor_id__in=ids)
    about.exclude(reason="").update(reason=ERASED)
    about.exclude(next_step="").update(next_step=ERASED)


def _export_reviews(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    fields = ("contribution_id", "verdict", "rubric", "minutes_approved", "reason", "next_step", "decided_at")
    yield from Review.objects.filter(contributor_id__in=ids).values(*fields)
    yield from Review.objects.filter(reviewer_id__in=ids).values(*fields)


def _erase_pending(ids: Sequence[UUID]) -> None:
    # Of their own, the sweep finds that nobody is there to say it, and puts the work back into the queue. What was
    # written to the erased person is posted without its words.
    given = PendingVerdict.objects.filter(Q(reviewer_id__in=ids) | Q(contribution__subject_id__in=ids))
    given.exclude(reason="").update(reason=ERASED)
    given.exclude(next_step="").update(next_step=ERASED)


def _export_pending(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    # Their own verdicts only: one on their work is not theirs to read before it is posted.
    fields = ("contribution_id", "verdict", "rubric", "minutes_approved", "reason", "next_step", "given_at")
    return PendingVerdict.objects.filter(reviewer_id__in=ids).values(*fields)


def _erase_challenges(ids: Sequence[UUID]) -> None:
    # What was said of the erased person's work is about them, too.
    raised = Challenge.objects.filter(Q(raised_by_id__in=ids) | Q(contribution__subject_id__in=ids))
    raised.exclude(reason="").update(reason=ERASED)


def _export_challenges(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    fields = ("contribution_id", "kind", "reason", "state", "opened_at", "decided_at")
    return Challenge.objects.filter(Q(raised_by_id__in=ids) | Q(contribution__subject_id__in=ids)).values(*fields)


def _erase_seats(ids: Sequence[UUID]) -> None:
    said = PanelSeat.objects.filter(Q(subject_id__in=ids) | Q(challenge__contribution__subject_id__in=ids))
    said.exclude(reason="").update(reason=ERASED)
    said.exclude(next_step="").update(next_step=ERASED)


def _export_seats(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    fields = ("challenge_id", "state", "vote", "rubric", "minutes", "reason", "next_step", "asked_at", "answered_at")
    return PanelSeat.objects.filter(subject_id__in=ids).values(*fields)


def _keep(ids: Sequence[UUID]) -> None:
    """Random ids, days and closed words stay."""


def _export_looks(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    fields = ("contribution_id", "why", "outcome", "asked_at", "looked_at")
    return SecondLook.objects.filter(Q(looked_by_id__in=ids) | Q(contribution__subject_id__in=ids)).values(*fields)


def _export_assignments(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    fields = ("contribution_id", "assigned_at", "reminded_at", "ended_at", "ended_for")
    return ReviewAssignment.objects.filter(reviewer_id__in=ids).values(*fields)


def _erase_cases(ids: Sequence[UUID]) -> None:
    about = IntegrityCase.objects.filter(Q(subjects__overlap=list(ids)) | Q(closed_by_id__in=ids))
    about.exclude(words="").update(words=ERASED)


def _export_cases(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    # Closed ones only: what waits is looked at by others first.
    rows = IntegrityCase.objects.filter(subjects__overlap=list(ids)).exclude(state="waiting")
    return rows.values("kind", "state", "evidence", "found_at", "closed_at")


def _erase_scores(ids: Sequence[UUID]) -> None:
    Score.objects.filter(subject_id__in=ids).delete()


def _export_scores(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Score.objects.filter(subject_id__in=ids).values("period", "kind", "points")


def _export_simulations(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return PolicySimulation.objects.filter(asked_by__in=ids).values("draft__guild__name", "since", "asked_at", "state")


def _erase_snippets(ids: Sequence[UUID]) -> None:
    FeedbackSnippet.objects.filter(subject_id__in=ids).delete()


def _export_snippets(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return FeedbackSnippet.objects.filter(subject_id__in=ids).values("words", "created_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(PendingVerdict, erase=_erase_pending, export=_export_pending)
    register_personal_data(FeedbackSnippet, erase=_erase_snippets, export=_export_snippets)
    register_personal_data(Contribution, erase=_erase_contributions, export=_export_contributions)
    register_personal_data(TimeEntry, erase=_erase_entries, export=_export_entries)
    register_personal_data(Review, erase=_erase_reviews, export=_export_reviews)
    register_personal_data(Challenge, erase=_erase_challenges, export=_export_challenges)
    register_personal_data(PanelSeat, erase=_erase_seats, export=_export_seats)
    register_personal_data(SecondLook, erase=_keep, export=_export_looks)
    register_personal_data(ReviewAssignment, erase=_keep, export=_export_assignments)
    register_personal_data(IntegrityCase, erase=_erase_cases, export=_export_cases)
    register_personal_data(Score, erase=_erase_scores, export=_export_scores)
    register_personal_data(PolicySimulation, erase=_keep, export=_export_simulations)
    holds_nothing_personal(BoardStep, "numbers of people by points")
    holds_nothing_personal(BoardChange, "that a guild's scores changed")
    history.register()
    holds_nothing_personal(WorkDay, "minutes per random id and day")
    holds_nothing_personal(Week, "minutes per random id and week")
