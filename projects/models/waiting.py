"""What waits for a review, as the app above counts it and pushes it down: facts that limit claiming and publishing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from guilds.models import Guild


class UnreviewedWork(models.Model):
    """How many pieces of one person's work wait for a review in one guild. No row: none."""

    id = models.BigAutoField(primary_key=True)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="unreviewed_work")
    pieces = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "unreviewed work"
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "subject"],
                name="unreviewed_work_once",
                violation_error_message=_("It is counted once."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pieces} of {self.subject_id}"
