"""A verdict that was given and is not posted yet, and the phrases a reviewer keeps for the next one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.models.contribution import Contribution
from contributions.models.review import Review
from contributions.rules import SNIPPET_LENGTH_MOST
from core.ids import uuid7


class PendingVerdict(models.Model):
    """A verdict that its reviewer can still take back: posted as a Review, and gone from here, after `effective_at`.

    The contribution stays in review meanwhile, in this reviewer's hands; a trigger keeps it there.
    """

    contribution = models.OneToOneField(
        Contribution, on_delete=models.CASCADE, primary_key=True, related_name="pending_verdict"
    )
    reviewer = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="pending_verdicts")
    verdict = models.CharField(max_length=10, choices=Review.Verdict.choices)
    rubric = models.PositiveSmallIntegerField(null=True)
    minutes_approved = models.PositiveIntegerField(null=True)
    reason = models.TextField(max_length=4000, blank=True)
    next_step = models.TextField(max_length=2000, blank=True)
    is_task_done = models.BooleanField(default=True)
    given_at = models.DateTimeField()
    effective_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["effective_at"], name="pending_verdict_due"),
            models.Index(fields=["reviewer", "given_at"], name="pending_verdict_of_reviewer"),
        ]
        constraints = [
            models.CheckConstraint(
                name="pending_verdict_known",
                condition=Q(verdict__in=Review.Verdict.values),
                violation_error_message=_("A verdict approves, returns or does not accept."),
            ),
            models.CheckConstraint(
                name="pending_verdict_rubric_one_to_five",
                condition=Q(rubric__isnull=True) | Q(rubric__range=(1, 5)),
                violation_error_message=_("The rubric goes from 1 to 5."),
            ),
            models.CheckConstraint(
                name="pending_verdict_approval_is_complete",
                condition=(
                    Q(verdict="approved", rubric__isnull=False, minutes_approved__isnull=False)
                    & Q(rubric__gte=2, minutes_approved__gte=1)
                )
                | (Q(verdict__in=["returned", "rejected"]) & Q(minutes_approved__isnull=True)),
                violation_error_message=_("An approval has a rubric of 2 or more and minutes."),
            ),
            models.CheckConstraint(
                name="pending_verdict_refusal_says_why",
                condition=Q(verdict="approved") | ~Q(reason=""),
                violation_error_message=_("Returning or not accepting work needs a reason."),
            ),
            models.CheckConstraint(
                name="pending_verdict_rejection_shows_a_way",
                condition=~Q(verdict="rejected") | ~Q(next_step=""),
                violation_error_message=_("Not accepting work needs a next step."),
            ),
            models.CheckConstraint(
                name="pending_verdict_posted_after_given",
                condition=Q(effective_at__gte=F("given_at")),
                violation_error_message=_("A verdict is posted after it was given."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.contribution_id}, to be posted"


class FeedbackSnippet(models.Model):
    """One phrase that a reviewer keeps, to be put into the words of a verdict. Nobody else sees it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="feedback_snippets")
    words = models.TextField(_("phrase"), max_length=SNIPPET_LENGTH_MOST)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="feedback_snippet_of")]
        constraints = [
            models.UniqueConstraint(fields=["subject", "words"], name="feedback_snippet_kept_once"),
            models.CheckConstraint(
                name="feedback_snippet_says_something",
                condition=~Q(words=""),
                violation_error_message=_("A phrase has words."),
            ),
            models.CheckConstraint(
                name="feedback_snippet_is_short",
                condition=LessThanOrEqual(Length("words"), SNIPPET_LENGTH_MOST),
                violation_error_message=_("A phrase has at most 500 characters."),
            ),
        ]

    def __str__(self) -> str:
        return self.words[:40]
