"""The event log and the outbox: what happened, and who has still to hear of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now

from core.ids import uuid7


class Event(models.Model):
    """One thing that happened. Append-only: the database refuses UPDATE, DELETE and TRUNCATE."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    actor = models.UUIDField(null=True, help_text="Subject who did it; empty when the system did.")
    guild = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    data = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    request_id = models.UUIDField(
        null=True, editable=False, help_text="The request it happened in, for an operator; no part of the log's leaf."
    )

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "id"], name="event_by_object"),
            models.Index(fields=["guild", "id"], name="event_by_guild"),
            models.Index(fields=["actor"], name="event_by_actor"),
            # A project's page tells of its approvals week by week; these are the only kinds it asks for.
            models.Index(
                KeyTextTransform("project", "data"),
                name="event_by_project",
                condition=Q(kind__in=["contribution.approved", "history.accepted"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="event_kind_is_noun_verb",
                condition=Q(kind__regex=r"^[a-z_]+\.[a-z_]+$"),
                violation_error_message="An event's kind reads noun.verb_past.",
            ),
            models.CheckConstraint(
                name="event_object_kind_is_word",
                condition=Q(object_kind__regex=r"^[a-z][a-z_]*$"),
                violation_error_message="An event's object kind is one small word.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Delivery(models.Model):
    """One event that one consumer has not handled yet. The row goes when the handler's effects commit."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=60)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    parked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["consumer", "due_at"], name="delivery_due", condition=Q(parked_at__isnull=True)),
            models.Index(fields=["parked_at"], name="delivery_parked", condition=Q(parked_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "consumer"], name="delivery_once_per_consumer"),
            models.CheckConstraint(
                name="delivery_parked_with_error",
                condition=Q(parked_at__isnull=True) | ~Q(error=""),
                violation_error_message="A parked delivery says why.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} <- {self.event_id}"
