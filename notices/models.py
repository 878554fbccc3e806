"""The inbox, what people want by mail, and the mails themselves."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

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


class MailChoices(models.Model):
    """What one person wants to be told by mail. No row: everything."""

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, primary_key=True, related_name="mail_choices")
    wants_digest = models.BooleanField(_("a mail on Mondays, when there is something to say"), default=True)
    muted = ArrayField(models.CharField(max_length=20), verbose_name=_("muted"), default=list, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_choices_mutable",
                condition=Q(muted__contained_by=["work", "claims", "problems", "guilds", "moderation"]),
                violation_error_message=_("That can't be muted."),
            )
        ]

    def __str__(self) -> str:
        return f"choices of {self.subject_id}"


class Mail(models.Model):
    """One mail to one person: of a week (`period`, its Monday) or about one event. The row is there before anything is
    sent and outlives it, so nothing is sent twice. It holds neither an address nor words: both are read when it is sent."""

    class State(models.TextChoices):
        PLANNED = "planned", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        UNKNOWN = "unknown", _("sent or not, nobody knows")
        SKIPPED = "skipped", _("not needed")

    class Why(models.TextChoices):
        NOTHING_TO_SAY = "nothing_to_say", _("there was nothing to say")
        UNSUBSCRIBED = "unsubscribed", _("its reader wants none")
        NO_ADDRESS = "no_address", _("its reader has no proved address")
        TOO_LATE = "too_late", _("its days were over")
        REFUSED = "refused", _("the mail server refused it for good")
        GIVEN_UP = "given_up", _("it failed too often")
        ANSWER_LOST = "answer_lost", _("the mail server's answer was lost")
        KILLED = "killed", _("the process that sent it ended in the middle")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=60, help_text="“digest”, or the kind of the notice it brings.")
    period = models.DateField(null=True)
    event_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    why = models.CharField(max_length=20, choices=Why.choices, blank=True)
    error = models.CharField(max_length=100, blank=True, help_text="The last fault, in the words of a program.")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                F("period").asc(nulls_first=True), "due_at", name="mail_planned", condition=Q(state="planned")
            ),
            models.Index(fields=["tried_at"], name="mail_sending", condition=Q(state="sending")),
            models.Index(fields=["-ended_at"], name="mail_unknown", condition=Q(state="unknown")),
            models.Index(fields=["period", "state"], name="mail_of_a_week", condition=Q(period__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "period"], name="mail_once_a_period", condition=Q(period__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["subject", "kind", "event_id"], name="mail_once_per_event", condition=Q(event_id__isnull=False)
            ),
            models.CheckConstraint(
                name="mail_of_a_period_or_an_event",
                condition=Q(period__isnull=True, event_id__isnull=False)
                | Q(period__isnull=False, period__iso_week_day=1, event_id__isnull=True, kind="digest"),
                violation_error_message=_("A mail is about a week, which begins on a Monday, or about one event."),
            ),
            models.CheckConstraint(
                name="mail_state_known",
                condition=Q(state__in=["planned", "sending", "sent", "failed", "unknown", "skipped"]),
                violation_error_message=_("There is no such state of a mail."),
            ),
            models.CheckConstraint(
                name="mail_end_has_time",
                condition=Q(state__in=["planned", "sending"], ended_at__isnull=True)
                | Q(state__in=["sent", "failed", "unknown", "skipped"], ended_at__isnull=False),
                violation_error_message=_("What has ended says when, and nothing else does."),
            ),
            models.CheckConstraint(
                name="mail_attempt_has_time",
                condition=Q(attempts=0, tried_at__isnull=True) | Q(attempts__gt=0, tried_at__isnull=False),
                violation_error_message=_("What was tried says when, and nothing else does."),
            ),
            models.CheckConstraint(
                name="mail_sent_was_tried",
                condition=Q(state__in=["planned", "failed", "skipped"]) | Q(attempts__gt=0),
                violation_error_message=_("What was sent, or may have been, was tried."),
            ),
            models.CheckConstraint(
                name="mail_says_why",
                condition=(Q(state__in=["planned", "sending", "sent"]) & Q(why=""))
                | (Q(state__in=["failed", "unknown", "skipped"]) & ~Q(why="")),
                violation_error_message=_("What was not sent says why, and nothing else does."),
            ),
            models.CheckConstraint(
                name="mail_decision_by_somebody",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, attempts__gt=0),
                violation_error_message=_("A decision about a mail in doubt says whose it was and when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.period or self.event_id}, {self.state}"
