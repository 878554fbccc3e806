"""A second pair of eyes on an approval, and who was given which work to review."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.models.contribution import Contribution
from contributions.models.review import Review
from core.ids import uuid7
from guilds.models import Guild


class SecondLook(models.Model):
    """One approval that another reviewer looks at. Until they agree its points wait (`is_blocking`).

    Doubting opens a challenge, in which the words stand. In a guild with too few reviewers it is only written down.
    """

    class Why(models.TextChoices):
        NEWCOMER = "newcomer", _("one of the first approvals of this member")
        NEW_REVIEWER = "new_reviewer", _("one of the first approvals by this reviewer")
        SHARE = "share", _("much of this member's quarter comes from this reviewer")
        CHANCE = "chance", _("chosen by chance")
        HIGH_VALUE = "high_value", _("worth many points")
        EDITED = "edited", _("its task was changed after somebody took it")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waits for a second reviewer")
        AGREED = "agreed", _("a second reviewer agrees")
        DOUBTED = "doubted", _("a second reviewer doubts it")
        LAPSED = "lapsed", _("nobody looked in time")
        NOTED = "noted", _("noted: the guild has too few reviewers")

    review = models.OneToOneField(Review, on_delete=models.PROTECT, primary_key=True, related_name="second_look")
    contribution = models.ForeignKey(
        Contribution, on_delete=models.PROTECT, related_name="second_looks", db_index=False
    )
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="second_looks", db_index=False)
    why = models.CharField(max_length=12, choices=Why.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    asked_at = models.DateTimeField()
    looked_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="second_looks")
    looked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["guild", "asked_at"], name="second_look_waits", condition=Q(outcome="waiting"))]
        constraints = [
            models.CheckConstraint(
                name="second_look_why_known",
                condition=Q(why__in=["newcomer", "new_reviewer", "share", "chance", "high_value", "edited"]),
                violation_error_message=_("A second look has one of the listed reasons."),
            ),
            models.CheckConstraint(
                name="second_look_outcome_whole",
                condition=Q(outcome__in=["agreed", "doubted"], looked_by__isnull=False, looked_at__isnull=False)
                | Q(outcome__in=["waiting", "lapsed", "noted"], looked_by__isnull=True),
                violation_error_message=_("Whoever looked agrees or doubts."),
            ),
        ]

    def __str__(self) -> str:
        return f"second look at {self.review_id}"


class ReviewAssignment(models.Model):
    """Work that was given to a reviewer, by role, skill and load. One at a time; others may still take it."""

    class Ended(models.TextChoices):
        NO = "", ""
        DECIDED = "decided", _("decided")
        PASSED_ON = "passed_on", _("passed on, because the days were over")
        GONE = "gone", _("not waiting any more")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="review_assignments", db_index=False)
    assigned_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=10, choices=Ended.choices, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["reviewer"], name="assignment_open", condition=Q(ended_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution"], condition=Q(ended_at__isnull=True), name="assignment_one_at_a_time"
            ),
            models.CheckConstraint(
                name="assignment_ends_for_a_reason",
                condition=Q(ended_at__isnull=True, ended_for="")
                | Q(ended_at__gte=F("assigned_at"), ended_for__in=["decided", "passed_on", "gone"]),
                violation_error_message=_("What was given to a reviewer ends for a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution_id} for {self.reviewer_id}"
