"""Who moved what from which state to which, when and why."""

from __future__ import annotations

from django.db import models

from core.ids import uuid7
from core.written import Hideable, hidden_constraints


class StateChange(Hideable):
    """One declared step of one thing. The reason is a person's words and is erased with the person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    object_kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    actor = models.UUIDField(null=True)
    reason = models.TextField(blank=True, max_length=2000)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = hidden_constraints("statechange", "reason")
        indexes = [models.Index(fields=["object_id", "id"], name="state_change_by_object")]

    def __str__(self) -> str:
        return f"{self.object_kind} {self.from_state} -> {self.to_state}"
