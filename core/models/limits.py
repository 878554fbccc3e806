"""How much of one kind each account wrote in the hour and the day that are running."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Tally(models.Model):
    """One person's count of one kind of write: in the hour and in the day (of UTC) in which they last did it.

    Kept in Postgres and not in the cache: it must hold with Redis down, and two at once must not count as one.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.UUIDField(help_text="The primary Subject of the person.")
    kind = models.CharField(max_length=20)
    hour = models.DateTimeField(help_text="When the hour began.")
    in_hour = models.PositiveIntegerField()
    day = models.DateTimeField(help_text="When the day began.")
    in_day = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "tallies"
        indexes = [models.Index(fields=["day"], name="tally_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind"], name="tally_once_per_person"),
            models.CheckConstraint(
                name="tally_counts_from_one",
                condition=Q(in_hour__gte=1, in_day__gte=1),
                violation_error_message="A tally counts what was done.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}: {self.in_hour} this hour, {self.in_day} today"
