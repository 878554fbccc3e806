"""The public log: every event in one gapless order, as leaves of a Merkle tree (RFC 9162), and who signed its roots."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.models.events import Event
from core.signed_notes import PublicKey


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


class LogKey(models.Model):
    """One key that signs checkpoints, from `valid_from` until the next one's; only its public half is here. Append-only.

    `statement` is a signed note: the key's own signature, and its predecessor's where that could still be trusted.
    """

    class Reason(models.TextChoices):
        FIRST = "first", _("the first key")
        PLANNED = "planned", _("changed as planned")
        LOST = "lost", _("the key before was lost")
        LEAKED = "leaked", _("the key before may be known to others")
        RESTORED = "restored", _("a backup was restored and lost what was signed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200, help_text="The log's origin, the first line of its checkpoints.")
    public_key = models.BinaryField(max_length=32, unique=True)
    valid_from = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    statement = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_key_first_is_number_one",
                condition=Q(number=1, reason="first") | (Q(number__gt=1) & ~Q(reason="first")),
                violation_error_message=_("The first key has number 1, and no other is the first."),
            ),
            models.CheckConstraint(
                name="log_key_reason_known",
                condition=Q(reason__in=["first", "planned", "lost", "leaked", "restored"]),
                violation_error_message=_("There is no such reason for a new key."),
            ),
        ]

    def __str__(self) -> str:
        return f"log key {self.number}"

    @property
    def short(self) -> str:
        """The key's id in hex, as its signatures carry it."""
        return self.verifier.short

    @property
    def verifier(self) -> PublicKey:
        """The key itself; its text is what others check checkpoints with."""
        return PublicKey(self.name, bytes(self.public_key))


class LogCheckpoint(models.Model):
    """One root that was signed, as the note that everybody may read. Append-only; each is of more entries than the last."""

    root = models.OneToOneField(
        LogRoot, on_delete=models.PROTECT, primary_key=True, db_column="size", related_name="checkpoint"
    )
    key = models.ForeignKey(LogKey, on_delete=models.PROTECT, related_name="checkpoints")
    signed_at = models.DateTimeField(help_text="Whole seconds, as the note has it.")
    note = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_checkpoint_has_signature",
                condition=Q(note__contains="\n\n\N{EM DASH} "),
                violation_error_message=_("A checkpoint is a signed note."),
            )
        ]

    def __str__(self) -> str:
        return f"checkpoint of {self.root_id}"

    @property
    def size(self) -> int:
        """How many entries it speaks of."""
        return int(self.root_id)


class LogNode(models.Model):
    """The root of one perfect subtree of 64 leaves or more, so that a proof reads few rows. Follows from the leaves.

    `number` is its place when the tree is read from left to right (`core.merkle_proofs.node_number`).
    """

    number = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_node_is_no_leaf",
                condition=Q(number__gte=63),
                violation_error_message=_("Nodes are kept from 64 leaves on."),
            )
        ]

    def __str__(self) -> str:
        return f"node {self.number}"


class LogSigner(models.Model):
    """How the last attempt to sign went; one row, for whoever looks after the hub."""

    only = models.BooleanField(primary_key=True, default=True)
    tried_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_signer_is_one",
                condition=Q(only=True),
                violation_error_message=_("There is one signer."),
            )
        ]

    def __str__(self) -> str:
        return self.error or "signs"
