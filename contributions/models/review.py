"""A reviewer's verdict."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.models.contribution import Contribution
from core.ids import uuid7
from core.written import Hideable, hidden_constraints


class Review(Hideable):
    """One verdict on one contribution. Its numbers never change; its words go when their author is erased."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned")
        REJECTED = "rejected", _("not accepted")

    class Basis(models.TextChoices):
        PERSON = "person", _("a reviewer")
        QUORUM = "quorum", _("agreement of several")
        IMPORTED = "imported", _("imported history")
        BOTH_CONFIRMED = "both_confirmed", _("both sides confirmed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="reviews")
    contributor = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="reviews_received")
    reviewer = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="reviews_given")
    basis = models.CharField(max_length=14, choices=Basis.choices, default=Basis.PERSON)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    rubric = models.PositiveSmallIntegerField(null=True)
    minutes_approved = models.PositiveIntegerField(null=True)
    reason = models.TextField(max_length=4000, blank=True)
    next_step = models.TextField(max_length=2000, blank=True)
    policy_version = models.PositiveIntegerField()
    points_paid = models.PositiveIntegerField(default=0, help_text="REP and as many PTS for the reviewer.")
    taken_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    overturned_at = models.DateTimeField(null=True, help_text="When a panel put another verdict in its place.")

    class Meta:
        indexes = [
            models.Index(fields=["contribution", "id"], name="review_of_contribution"),
            models.Index(fields=["reviewer", "-decided_at"], name="review_by_reviewer"),
        ]
        constraints = [
            models.CheckConstraint(
                name="review_never_ones_own",
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("contributor")),
                violation_error_message=_("Nobody reviews their own work."),
            ),
            models.CheckConstraint(
                name="review_person_has_a_reviewer",
                condition=Q(basis="person", reviewer__isnull=False)
                | (Q(basis__in=["quorum", "imported", "both_confirmed"]) & Q(reviewer__isnull=True)),
                violation_error_message=_("A person's review, and no other, names the reviewer."),
            ),
            models.CheckConstraint(
                name="review_rubric_one_to_five",
                condition=Q(rubric__isnull=True) | Q(rubric__range=(1, 5)),
                violation_error_message=_("The rubric goes from 1 to 5."),
            ),
            models.CheckConstraint(
                name="review_approval_is_complete",
                condition=(
                    Q(verdict="approved", rubric__isnull=False, minutes_approved__isnull=False)
                    & Q(rubric__gte=2, minutes_approved__gte=1)
                )
                | (Q(verdict__in=["returned", "rejected"]) & Q(minutes_approved__isnull=True)),
                violation_error_message=_("An approval has a rubric of 2 or more and minutes."),
            ),
            models.CheckConstraint(
                name="review_refusal_says_why",
                condition=Q(verdict="approved") | ~Q(reason=""),
                violation_error_message=_("Returning or not accepting work needs a reason."),
            ),
            models.CheckConstraint(
                name="review_rejection_shows_a_way",
                condition=~Q(verdict="rejected") | ~Q(next_step=""),
                violation_error_message=_("Not accepting work needs a next step."),
            ),
            models.CheckConstraint(
                name="review_decided_after_taken",
                condition=Q(decided_at__gte=F("taken_at")),
                violation_error_message=_("A verdict comes after the review was taken."),
            ),
            models.UniqueConstraint(
                fields=["contribution"],
                condition=Q(verdict__in=["approved", "rejected"], overturned_at__isnull=True),
                name="review_one_final_verdict",
            ),
            models.CheckConstraint(
                name="review_overturned_after_decided",
                condition=Q(overturned_at__isnull=True) | Q(overturned_at__gte=F("decided_at")),
                violation_error_message=_("A verdict is overturned after it was given."),
            ),
            *hidden_constraints("review", "reason", "next_step"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.contribution_id}"
