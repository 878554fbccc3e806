"""Who says that a problem is real for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from projects.models.problem import Problem


class Endorsement(models.Model):
    """One member's word on one problem: it hurts them (affected), or they stand behind it (support)."""

    class Kind(models.TextChoices):
        AFFECTED = "affected", _("It hurts me too")
        SUPPORT = "support", _("I support it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="endorsements")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "subject"],
                name="endorsement_once_per_person",
                violation_error_message=_("One person endorses a problem once."),
            ),
            models.CheckConstraint(
                name="endorsement_kind_known",
                condition=Q(kind__in=["affected", "support"]),
                violation_error_message=_("An endorsement says “affected” or “support”."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.subject_id} on {self.problem_id}"
