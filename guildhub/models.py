"""How the hub itself is: its backups, its checks, who was seen working, and the stewards' Monday mail."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7


class BackupRun(models.Model):
    """One attempt to make a backup, and whether what was made could be restored and held."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=100, blank=True)
    bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    verified_at = models.DateTimeField(null=True)
    findings = models.PositiveIntegerField(default=0)
    first_findings = models.TextField(blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="backup_run_latest")]
        constraints = [
            models.CheckConstraint(
                name="backup_run_ends_after_it_began",
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                violation_error_message=_("A backup ends after it began."),
            ),
            models.CheckConstraint(
                name="backup_run_verified_is_whole",
                condition=Q(verified_at__isnull=True)
                | (Q(finished_at__isnull=False, findings=0, error="") & ~Q(sha256="") & ~Q(file_name="")),
                violation_error_message=_("Only a finished backup without a finding is verified."),
            ),
            models.CheckConstraint(
                name="backup_run_ends_with_something",
                condition=Q(finished_at__isnull=True) | ~Q(error="") | ~Q(file_name=""),
                violation_error_message=_("A finished backup has a file, or says why not."),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or f"backup of {self.started_at:%Y-%m-%d %H:%M}"


class CheckRun(models.Model):
    """One round of checks over the ledger or the public log, and what it found."""

    class Kind(models.TextChoices):
        LEDGER = "ledger", _("ledger")
        LOG = "log", _("public log")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    findings = models.PositiveIntegerField(default=0)
    first_findings = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "-started_at"], name="check_run_latest")]
        constraints = [
            models.CheckConstraint(
                name="check_run_ends_after_it_began",
                condition=Q(finished_at__gte=F("started_at")),
                violation_error_message=_("A check ends after it began."),
            ),
            models.CheckConstraint(
                name="check_run_names_findings",
                condition=Q(findings=0, first_findings="") | (Q(findings__gt=0) & ~Q(first_findings="")),
                violation_error_message=_("What was found is told, and nothing else."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.started_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """A part of the hub that works in the background, and when it was last seen doing so."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()
    facts = models.JSONField(default=dict, help_text="Whole numbers, for example bytes free on its disk.")

    def __str__(self) -> str:
        return self.name


class MondayMail(models.Model):
    """One steward's mail of one week. The row is there before anything is sent, so that no week is mailed twice."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("sent or not, nobody knows")
        FAILED = "failed", _("given up")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="monday_mails")
    monday = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="monday_mail_open", condition=Q(state__in=["waiting", "sending"]))
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject", "monday"], name="monday_mail_once_a_week"),
            models.CheckConstraint(
                name="monday_mail_is_of_a_monday",
                condition=Q(monday__iso_week_day=1),
                violation_error_message=_("A week begins on a Monday."),
            ),
            models.CheckConstraint(
                name="monday_mail_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                violation_error_message=_("What was sent says when, and nothing else does."),
            ),
            models.CheckConstraint(
                name="monday_mail_tried_has_time",
                condition=Q(state="waiting") | Q(state="failed") | Q(tried_at__isnull=False),
                violation_error_message=_("What was tried says when."),
            ),
            models.CheckConstraint(
                name="monday_mail_state_known",
                condition=Q(state__in=["waiting", "sending", "sent", "unknown", "failed"]),
                violation_error_message=_("There is no such state of a mail."),
            ),
        ]

    def __str__(self) -> str:
        return f"week of {self.monday}, {self.state}"
