"""What people write about their work and about that of others: notes, links, and the words of a verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from contributions.models import (
    Contribution,
    FeedbackSnippet,
    HistoryAcceptance,
    HistoryImport,
    ImportedCommit,
    ImportedSession,
    PendingVerdict,
    Review,
)
from core.written import not_reportable, register_written
from guilds.queries import viewer_in
from reputation.models import Account, Transfer


def _sees_words(work: Contribution, user: Any, now: datetime) -> bool:
    """Notes, links and verdicts' words: the contributor, and reviewers unless it is a draft."""
    viewer = viewer_in(user, work.guild_id, now)
    if viewer.is_person(work.subject_id):
        return True
    is_private = work.state in (Contribution.State.DRAFT, Contribution.State.WITHDRAWN)
    return viewer.is_reviewer and not is_private


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
    not_reportable(Transfer, "words and numbers of the program", "source_kind", "idempotency_key", "arithmetic")
    not_reportable(ImportedCommit, "what a repository says; a maintainer takes the history back", "sha", "file_types")
