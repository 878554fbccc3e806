"""A pattern of approvals that a person should look at. Found by the nightly run; nothing follows from it by itself."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.rules import INTEGRITY_TRANSITIONS
from core.addresses import address
from core.ids import uuid7
from core.transitions import Transitions
from guilds.models import Guild


class IntegrityCase(models.Model):
    """One finding of `contributions.rules_patterns` in one guild. `evidence` holds whole numbers and ids, no words.

    The same finding waits once; one that was closed comes back only when it grew by half.
    """

    class Kind(models.TextChoices):
        ONE_REVIEWER = "one_reviewer", _("one reviewer gives most of somebody's points")
        PAIR = "pair", _("two people judge each other's work")
        RING = "ring", _("a small group judges its own work")
        LONG_HOURS = "long_hours", _("hours far above those of others for the same work")
        INFLATED_TASK = "inflated_task", _("a task worth far more than others of its kind")
        BURST = "burst", _("many joined at once, and one reviewer approves them")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a steward")
        DISMISSED = "dismissed", _("nothing is wrong")
        ACTED = "acted", _("a steward acted on it")

    TRANSITIONS: Transitions = INTEGRITY_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="integrity_cases", db_index=False)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what makes it the same finding.")
    subjects = ArrayField(models.UUIDField(), help_text="Whom it is about.")
    about = models.UUIDField(null=True, help_text="The task or person in its middle, if it has one.")
    evidence = models.JSONField()
    weight = models.PositiveIntegerField(help_text="Grows with the finding.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When a run found it last.")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.TextField(_("what you found"), max_length=2000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["guild", "state", "found_at"], name="integrity_case_of_guild")]
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "fingerprint"], condition=Q(state="waiting"), name="integrity_case_waits_once"
            ),
            models.CheckConstraint(
                name="integrity_case_state_known",
                condition=Q(state__in=list(INTEGRITY_TRANSITIONS)),
                violation_error_message=_("That is not a state of such a case."),
            ),
            models.CheckConstraint(
                name="integrity_case_kind_known",
                condition=Q(kind__in=["one_reviewer", "pair", "ring", "long_hours", "inflated_task", "burst"]),
                violation_error_message=_("That is not a pattern that is looked for."),
            ),
            models.CheckConstraint(
                name="integrity_case_closed_with_words",
                condition=Q(state="waiting", closed_at__isnull=True, closed_by__isnull=True, words="")
                | (
                    Q(state__in=["dismissed", "acted"], closed_at__isnull=False, closed_by__isnull=False) & ~Q(words="")
                ),
                violation_error_message=_("Whoever closes it says what they found."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.guild_id}"

    def get_absolute_url(self) -> str:
        return address("contributions:integrity_case", self.pk)
