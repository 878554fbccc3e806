"""What two people do together in a guild: handing its care over, closing it. And taking everything along."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from core.written import Hideable, hidden_constraints
from guilds.models.guild import Guild


class Handover(models.Model):
    """A steward's offer to a member to become steward in their place, and what became of it."""

    class Answer(models.TextChoices):
        WAITING = "", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="handovers")
    offered_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    offered_to = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "offered_by"],
                condition=Q(answer=""),
                name="handover_one_waiting",
                violation_error_message=_("You have offered it to somebody already."),
            ),
            models.CheckConstraint(
                name="handover_between_two",
                condition=~Q(offered_by=F("offered_to")),
                violation_error_message=_("Nobody hands over to themselves."),
            ),
            models.CheckConstraint(
                name="handover_answered_at_a_time",
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=["accepted", "declined", "withdrawn"], answered_at__isnull=False),
                violation_error_message=_("An answer has a time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offered_by_id} offers {self.guild_id} to {self.offered_to_id}"


class Closing(Hideable):
    """A steward's proposal to close a guild for good, which a second person confirms."""

    class Answer(models.TextChoices):
        WAITING = "", _("waiting")
        CONFIRMED = "confirmed", _("confirmed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="closings")
    proposed_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    reason = models.CharField(_("why"), max_length=600)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING, blank=True)
    answered_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guild"],
                condition=Q(answer=""),
                name="closing_one_waiting",
                violation_error_message=_("Closing this guild is proposed already."),
            ),
            models.CheckConstraint(
                name="closing_needs_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                name="closing_answered_by_somebody",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | Q(answer__in=["confirmed", "withdrawn"], answered_at__isnull=False, answered_by__isnull=False),
                violation_error_message=_("An answer has a time and somebody who gave it."),
            ),
            models.CheckConstraint(
                name="closing_confirmed_by_another",
                condition=~Q(answer="confirmed") | ~Q(answered_by=F("proposed_by")),
                violation_error_message=_("Two people close a guild."),
            ),
            *hidden_constraints("closing", "reason"),
        ]

    def __str__(self) -> str:
        return f"closing of {self.guild_id}"


class GuildExport(models.Model):
    """One file with everything of a guild, made in the background and kept for some days."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        GONE = "gone", _("deleted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="exports")
    has_names = models.BooleanField(default=False, help_text="Names people; for stewards only.")
    asked_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    data = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "has_names"], condition=Q(state="waiting"), name="guild_export_one_at_a_time"
            ),
            models.CheckConstraint(
                name="guild_export_state_known",
                condition=Q(state__in=["waiting", "ready", "failed", "gone"]),
                violation_error_message=_("An export is being made, ready, failed or deleted."),
            ),
            models.CheckConstraint(
                name="guild_export_ready_with_data",
                condition=Q(state="ready", data__isnull=False, finished_at__isnull=False)
                | (~Q(state="ready") & Q(data__isnull=True)),
                violation_error_message=_("An export that is ready has its file, and only that."),
            ),
        ]

    def __str__(self) -> str:
        return f"export of {self.guild_id}"
