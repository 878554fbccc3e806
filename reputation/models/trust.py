"""Who vouches for whom in a guild, and what somebody may not do there until a day."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from guilds.models import Guild
from reputation.rules.trust import SANCTION_DAYS_MOST


class Vouch(models.Model):
    """One member's word, in one guild, that they know another and that this is one person.

    One row for each ordered pair: vouching again after taking it back opens the same row. A revoked one stays revoked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="vouches", db_index=False)
    voucher = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="vouches_given")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="vouches_received")
    vouched_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True, help_text="When it turned out to be wrong.")

    class Meta:
        verbose_name_plural = "vouches"
        constraints = [
            models.UniqueConstraint(fields=["guild", "voucher", "subject"], name="vouch_once_for_each_pair"),
            models.CheckConstraint(
                name="vouch_for_somebody_else",
                condition=~Q(voucher=F("subject")),
                violation_error_message=_("Nobody vouches for themselves."),
            ),
            models.CheckConstraint(
                name="vouch_ends_after_it_began",
                condition=(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("vouched_at")))
                & (Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("vouched_at"))),
                violation_error_message=_("A vouch ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id} vouches for {self.subject_id}"


class Sanction(models.Model):
    """What one person may not do in one guild until a moment: put by a steward with a reason, or following a wrong vouch."""

    class Kind(models.TextChoices):
        REVIEWING = "reviewing", _("reviewing")
        VOUCHING = "vouching", _("vouching")
        CLAIMING = "claiming", _("taking tasks")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="sanctions", db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="sanctions", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    reason = models.CharField(_("why"), max_length=600, blank=True)
    put_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    case_id = models.UUIDField(null=True, help_text="The pattern of approvals that it came from, if any.")
    vouch = models.OneToOneField(
        Vouch, on_delete=models.PROTECT, null=True, related_name="sanction", help_text="The wrong vouch it follows."
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    lift_reason = models.CharField(_("why it was lifted"), max_length=600, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "guild", "kind"], name="sanction_in_force", condition=Q(lifted_at=None)),
            models.Index(fields=["guild", "begins_at"], name="sanction_of_guild"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sanction_kind_known",
                condition=Q(kind__in=["reviewing", "vouching", "claiming"]),
                violation_error_message=_("That can't be stopped by a sanction."),
            ),
            models.CheckConstraint(
                name="sanction_ends",
                condition=Q(ends_at__gt=F("begins_at"))
                & Q(ends_at__lte=F("begins_at") + timedelta(days=SANCTION_DAYS_MOST)),
                violation_error_message=_("A sanction ends after it began, within a year."),
            ),
            models.CheckConstraint(
                name="sanction_by_somebody_with_a_reason",
                condition=Q(Q(put_by__isnull=False, vouch__isnull=True), ~Q(reason=""))
                | Q(put_by__isnull=True, vouch__isnull=False, kind="vouching"),
                violation_error_message=_("A steward puts a sanction with a reason, or it follows a wrong vouch."),
            ),
            models.CheckConstraint(
                name="sanction_on_somebody_else",
                condition=(Q(put_by__isnull=True) | ~Q(put_by=F("subject")))
                & (Q(lifted_by__isnull=True) | ~Q(lifted_by=F("subject"))),
                violation_error_message=_("Nobody puts or lifts a sanction on themselves."),
            ),
            models.CheckConstraint(
                name="sanction_lifted_with_a_reason",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | Q(Q(lifted_at__isnull=False, lifted_by__isnull=False), ~Q(lift_reason="")),
                violation_error_message=_("Whoever lifts a sanction says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"no {self.kind} for {self.subject_id}"

    @property
    def last_on(self) -> date:
        """The last whole day of it in the guild's zone."""
        return (self.ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(self.guild.timezone)).date()
