"""What people write about their work and about that of others: notes, links, and the words of a verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.queries import ids_of
from contributions.models import (
    BoardStep,
    Challenge,
    Contribution,
    FeedbackSnippet,
    HistoryAcceptance,
    HistoryImport,
    ImportedCommit,
    ImportedSession,
    IntegrityCase,
    PanelSeat,
    PendingVerdict,
    PolicySimulation,
    Review,
    Score,
)
from contributions.queries.challenges import readable_challenges
from core.written import not_reportable, register_written
from guilds.queries import viewer_in
from reputation.models import Account, LedgerWeek, Transfer


def _sees_words(work: Contribution, user: Any, now: datetime) -> bool:
    """Notes, links and verdicts' words: the contributor, and reviewers unless it is a draft."""
    viewer = viewer_in(user, work.guild_id, now)
    if viewer.is_person(work.subject_id):
        return True
    is_private = work.state in (Contribution.State.DRAFT, Contribution.State.WITHDRAWN)
    return viewer.is_reviewer and not is_private


def _reads_case(case: Challenge, user: Any, now: datetime) -> bool:
    """Whoever may open its page."""
    return user.is_authenticated and readable_challenges(user, ids_of(user), now).filter(pk=case.pk).exists()


def register() -> None:
    """Fill the registry."""
    register_written(
        "contribution",
        model=Contribution,
        label=_("note about work"),
        fields=("note", "link"),
        author="subject",
        guild=lambda work: work.guild_id,
        url=lambda work: work.get_absolute_url(),
        may_see=_sees_words,
        related=("subject",),
    )
    register_written(
        "review",
        model=Review,
        label=_("words of a verdict"),
        fields=("reason", "next_step"),
        author="reviewer",
        guild=lambda review: review.contribution.guild_id,
        url=lambda review: review.contribution.get_absolute_url(),
        may_see=lambda review, user, now: _sees_words(review.contribution, user, now),
        related=("contribution", "reviewer"),
    )
    register_written(
        "challenge",
        model=Challenge,
        label=_("why a verdict is disputed"),
        fields=("reason",),
        author="raised_by",
        guild=lambda case: case.guild_id,
        url=lambda case: case.get_absolute_url(),
        may_see=_reads_case,
        related=("raised_by",),
    )
    register_written(
        "panel_seat",
        model=PanelSeat,
        label=_("reasons of a panel"),
        fields=("reason", "next_step"),
        author="subject",
        guild=lambda seat: seat.challenge.guild_id,
        url=lambda seat: seat.challenge.get_absolute_url(),
        may_see=lambda seat, user, now: bool(seat.challenge.decided_at) and _reads_case(seat.challenge, user, now),
        related=("challenge", "subject"),
    )
    not_reportable(Challenge, "a hash", "seed")
    not_reportable(PolicySimulation, "numbers, ids and words of the program", "state", "numbers", "result")
    not_reportable(Score, "words of the program", "period", "kind")
    not_reportable(BoardStep, "words of the program", "period", "kind")
    not_reportable(
        IntegrityCase, "ids and numbers, and a steward's words for other stewards", "fingerprint", "evidence", "words"
    )
    not_reportable(Contribution, "ids and words of the program", "payload_hash", "role")
    not_reportable(
        HistoryImport,
        "seen by maintainers alone, who can throw it away",
        "fingerprint",
        "file_name",
        "summary",
        "error",
    )
    not_reportable(HistoryAcceptance, "a sentence of the program", "error")
    not_reportable(ImportedSession, "the name of a commit", "first_sha")
    not_reportable(PendingVerdict, "read by its reviewer alone until it is posted", "reason", "next_step")
    not_reportable(FeedbackSnippet, "read by nobody but whoever keeps it", "words")
    not_reportable(Account, "words of the program", "kind", "unit")
    not_reportable(LedgerWeek, "words of the program", "reason", "unit", "source", "target")
    not_reportable(Transfer, "words and numbers of the program", "source_kind", "idempotency_key", "arithmetic")
    not_reportable(ImportedCommit, "what a repository says; a maintainer takes the history back", "sha", "file_types")
