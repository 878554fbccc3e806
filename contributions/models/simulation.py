"""What the draft of a policy would have brought on the guild's past, as it was counted last."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from guilds.models import PolicyDraft


class PolicySimulation(models.Model):
    """The one simulation of a draft: which numbers and days it is for, how far it is, what it found.

    Asking again begins it anew. `result` is `contributions.rules_simulation.Counted` as JSON: whole numbers and people's ids.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for its turn")
        COUNTING = "counting", _("is being counted")
        DONE = "done", _("counted")
        FAILED = "failed", _("could not be counted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft = models.OneToOneField(PolicyDraft, on_delete=models.PROTECT, related_name="simulation")
    numbers = models.JSONField(help_text="the draft's numbers when it was asked, as text by name")
    against = models.PositiveIntegerField(help_text="the version that was in force when it was asked")
    since = models.DateField(null=True, help_text="first day in the guild's zone; null: the whole past")
    asked_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(help_text="When a worker counted on it last.")
    verdicts_done = models.PositiveIntegerField(default=0)
    verdicts_total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="policy_simulation_done_with_a_result",
                condition=Q(state="done", result__isnull=False, finished_at__isnull=False)
                | Q(state="failed", result__isnull=True, finished_at__isnull=False)
                | Q(state__in=["waiting", "counting"], result__isnull=True, finished_at__isnull=True),
                violation_error_message=_("A simulation has a result when it is done, and only then."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["seen_at"], condition=Q(state__in=["waiting", "counting"]), name="policy_simulation_live"
            )
        ]

    def __str__(self) -> str:
        return f"simulation of {self.draft_id}"
