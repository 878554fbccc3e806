"""The two ways into a guild that is not open to everybody: asking, and a link from a steward."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from core.written import Hideable, hidden_constraints
from guilds.models.guild import Guild


class JoinRequest(Hideable):
    """One person's wish to join one guild, and what became of it."""

    class Answer(models.TextChoices):
        WAITING = "", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="join_requests")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="join_requests")
    words = models.CharField(_("your words"), max_length=600, blank=True)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=600, blank=True)

    class Meta:
        indexes = [models.Index(fields=["guild", "asked_at"], name="join_request_queue", condition=Q(answer=""))]
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "subject"],
                condition=Q(answer=""),
                name="join_request_one_waiting",
                violation_error_message=_("You have asked already, and a steward will answer."),
            ),
            models.CheckConstraint(
                name="join_request_answered_by_somebody",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True, reason="")
                | Q(
                    answer__in=["accepted", "declined", "withdrawn"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                violation_error_message=_("An answer has a time and somebody who gave it."),
            ),
            models.CheckConstraint(
                name="join_request_declined_with_reason",
                condition=~Q(answer="declined") | ~Q(reason=""),
                violation_error_message=_("Declining needs a reason."),
            ),
            *hidden_constraints("join_request", "words"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} asks {self.guild_id}"


class InviteLink(models.Model):
    """An address that lets so many people join until a day. Only the hash of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="invite_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses_most = models.PositiveIntegerField()
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invite_link_taken_by_no_more",
                condition=Q(uses__lte=F("uses_most")),
                violation_error_message=_("This link has let in as many people as it may."),
            ),
            models.CheckConstraint(
                name="invite_link_lets_somebody_in",
                condition=Q(uses_most__gte=1, uses_most__lte=500),
                violation_error_message=_("A link lets in between 1 and 500 people."),
            ),
            models.CheckConstraint(
                name="invite_link_expires_after_start",
                condition=Q(expires_at__gt=F("made_at")),
                violation_error_message=_("A link ends after it starts."),
            ),
            models.CheckConstraint(
                name="invite_link_hash_shape",
                condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"),  # noqa: S106  (a shape)
                violation_error_message=_("Only the hash of a link is kept."),
            ),
        ]

    def __str__(self) -> str:
        return f"link into {self.guild_id}"
