"""The phrases a reviewer keeps for the next verdict."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_person
from contributions.models import FeedbackSnippet
from contributions.rules import SNIPPET_LENGTH_MOST, SNIPPETS_MOST
from core.errors import DomainError, PermissionRefused


class SnippetRefused(DomainError):
    """The phrase is empty or too long, or there are too many."""

    code = "snippet_refused"


@transaction.atomic
def add_snippet(*, by: Subject, words: str, now: datetime) -> FeedbackSnippet:
    """Keep a phrase; the same words twice are one. Raises SnippetRefused."""
    words = _checked(words)
    ids = lock_person(by.pk)
    mine = FeedbackSnippet.objects.filter(subject_id__in=ids)
    known = mine.filter(words=words).first()
    if known is not None:
        return known
    if mine.count() >= SNIPPETS_MOST:
        raise SnippetRefused(
            _("You keep %(most)s phrases already. Delete one first, or change one.") % {"most": SNIPPETS_MOST}
        )
    return FeedbackSnippet.objects.create(subject=by, words=words, created_at=now)


@transaction.atomic
def edit_snippet(*, snippet: FeedbackSnippet, by: Subject, words: str) -> FeedbackSnippet:
    """Change a phrase of one's own. Raises SnippetRefused, PermissionRefused."""
    words = _checked(words)
    ids = lock_person(by.pk)
    _check_own(snippet, by)
    if FeedbackSnippet.objects.filter(subject_id__in=ids, words=words).exclude(pk=snippet.pk).exists():
        raise SnippetRefused(_("You keep this phrase already."))
    snippet.words = words
    if not FeedbackSnippet.objects.filter(pk=snippet.pk).update(words=words):
        raise SnippetRefused(_("This phrase was deleted meanwhile. Keep your words as a new one."))
    return snippet


@transaction.atomic
def delete_snippet(*, snippet: FeedbackSnippet, by: Subject) -> None:
    """Forget a phrase of one's own; twice is once. Raises PermissionRefused."""
    _check_own(snippet, by)
    FeedbackSnippet.objects.filter(pk=snippet.pk).delete()


def _check_own(snippet: FeedbackSnippet, by: Subject) -> None:
    if snippet.subject_id not in linked_subjects(by.pk):
        raise PermissionRefused(_("This phrase belongs to somebody else."))


def _checked(words: str) -> str:
    words = words.strip().replace("\r\n", "\n")
    if not words:
        raise SnippetRefused(_("Write the phrase first."))
    if len(words) > SNIPPET_LENGTH_MOST:
        raise SnippetRefused(
            _("A phrase has at most %(most)s characters; this one has %(length)s.")
            % {"most": SNIPPET_LENGTH_MOST, "length": len(words)}
        )
    return words
