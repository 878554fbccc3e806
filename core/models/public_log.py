"""The public log: every event in one gapless order, as leaves of a Merkle tree (RFC 9162)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.models.events import Event


class LogEntry(models.Model):
    """One event's place in the public log. Append-only, `seq` counts from 0 without gaps."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="log_entry")
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "log entries"
        constraints = [
            models.CheckConstraint(
                name="log_seq_not_negative",
                condition=Q(seq__gte=0),
                violation_error_message="The public log counts from 0.",
            )
        ]

    def __str__(self) -> str:
        return f"log {self.seq}"


class LogSalt(models.Model):
    """The 16 random bytes in one leaf. Deleting them makes the leaf unreadable and leaves the tree whole."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="salt")
    salt = models.BinaryField(max_length=16)

    def __str__(self) -> str:
        return f"salt of {self.event_id}"


class LogRoot(models.Model):
    """The Merkle root over the first `size` leaves, published when a batch was appended. Append-only."""

    size = models.BigIntegerField(primary_key=True)
    root_hash = models.BinaryField(max_length=32)
    frontier = models.JSONField(help_text="Hex roots of the perfect subtrees, largest first.")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_root_of_something",
                condition=Q(size__gt=0),
                violation_error_message="A root covers at least one leaf.",
            )
        ]

    def __str__(self) -> str:
        return f"root of {self.size}"
