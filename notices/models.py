"""The inbox."""

from __future__ import annotations

from django.db import models

from accounts.models import Subject
from core.ids import uuid7


class Notice(models.Model):
    """One line in one person's inbox about one event. The text is made from `kind` and `params` when read,
    so that it appears in the reader's language."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    event_id = models.UUIDField(help_text="The event this tells of; one notice per person, kind and event.")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "event_id", "kind"], name="notice_once_per_event")]
        indexes = [
            models.Index(fields=["subject", "-id"], name="notice_inbox"),
            models.Index(fields=["subject"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject_id}"
