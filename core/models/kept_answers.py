"""What writes through the API were answered, for whoever has to send one again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.ids import uuid7


class KeptAnswer(models.Model):
    """The answer to one write that was done, under the key its sender gave it. Swept after some days.

    It is stored in the transaction of the write itself: both are there, or neither. Refusals are not kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.UUIDField(help_text="Who wrote; keys of different people never meet.")
    key = models.CharField(max_length=100)
    payload_hash = models.CharField(max_length=64, help_text="SHA-256 of method, address and body.")
    status = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="kept_answer_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["subject", "key"], name="kept_answer_once_per_key"),
            models.CheckConstraint(
                name="kept_answer_of_a_success",
                condition=Q(status__range=(200, 299)),
                violation_error_message="Only the answer to a write that was done is kept.",
            ),
            models.CheckConstraint(
                name="kept_answer_knows_its_payload",
                condition=Q(payload_hash__regex=r"^[0-9a-f]{64}$"),
                violation_error_message="A payload is known by 64 hex digits.",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.status} to {self.key}"
