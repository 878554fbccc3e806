"""Inviting many people by mail: a list that a steward brings, its rows, and who wants no such mail."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.constraints import OnlyNumbers
from core.ids import uuid7
from guilds.models.guild import Guild
from guilds.roles import ROLE_CHOICES


class InvitationList(models.Model):
    """People whom a steward wants to invite, as one list: looked at first, then sent in the background."""

    class State(models.TextChoices):
        DRAFT = "draft", _("to be looked at")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        DONE = "done", _("sent")
        STOPPED = "stopped", _("stopped")
        DISCARDED = "discarded", _("thrown away")

    class Trouble(models.TextChoices):
        NONE = "", _("none")
        MAIL_SERVER = "mail_server", _("the mail server does not answer")
        STEWARD = "steward", _("whoever started it is no steward any more")
        CLOSED = "closed", _("the guild was closed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="invitation_lists")
    made_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(help_text="For how many days an invitation can be taken.")
    language = models.CharField(max_length=10, help_text="Of mails to people whose row names none.")
    fingerprint = models.CharField(max_length=64, help_text="Of what was brought, so that twice is once.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    started_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(help_text="When a worker last did something about it.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="How often in a row no mail server answered.")
    due_at = models.DateTimeField(null=True, help_text="Not before this moment is it tried again.")
    trouble = models.CharField(max_length=12, choices=Trouble.choices, default=Trouble.NONE, blank=True)
    finished_at = models.DateTimeField(null=True)
    forgotten = models.JSONField(default=dict, help_text="Counts by state of rows that were deleted.")

    class Meta:
        indexes = [
            models.Index(fields=["guild", "-id"], name="invitation_list_newest"),
            models.Index(fields=["seen_at"], name="invitation_list_open", condition=Q(state__in=["sending", "paused"])),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "fingerprint"],
                condition=Q(state="draft"),
                name="invitation_list_once",
                violation_error_message=_("This list was brought already."),
            ),
            models.CheckConstraint(
                name="invitation_list_state_known",
                condition=Q(state__in=["draft", "sending", "paused", "done", "stopped", "discarded"]),
                violation_error_message=_("There is no such state of a list."),
            ),
            models.CheckConstraint(
                name="invitation_list_started_by_somebody",
                condition=Q(
                    state__in=["draft", "discarded"],
                    started_at__isnull=True,
                    started_by__isnull=True,
                    ends_at__isnull=True,
                )
                | Q(
                    state__in=["sending", "paused", "done", "stopped"],
                    started_at__isnull=False,
                    started_by__isnull=False,
                    ends_at__isnull=False,
                ),
                violation_error_message=_("What is sent was started by somebody, and ends."),
            ),
            models.CheckConstraint(
                name="invitation_list_finished_at_a_time",
                condition=Q(state__in=["draft", "sending", "paused"], finished_at__isnull=True)
                | Q(state__in=["done", "stopped", "discarded"], finished_at__isnull=False),
                violation_error_message=_("What is finished says when, and nothing else does."),
            ),
            models.CheckConstraint(
                name="invitation_list_trouble_pauses",
                condition=Q(trouble="") | Q(state__in=["sending", "paused", "done", "stopped"]),
                violation_error_message=_("Only what is sent gets into trouble."),
            ),
            models.CheckConstraint(
                name="invitation_list_forgets_into_numbers",
                condition=OnlyNumbers("forgotten"),
                violation_error_message=_("Of what was deleted only its number is kept."),
            ),
            models.CheckConstraint(
                name="invitation_list_days",
                condition=Q(days__gte=1, days__lte=60),
                violation_error_message=_("An invitation lasts between 1 and 60 days."),
            ),
        ]

    def __str__(self) -> str:
        return f"invitations into {self.guild_id}, {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("guilds:invitation_list", args=[self.guild.slug, self.pk])


class Invitation(models.Model):
    """One row of a list: an address that is invited, or why it is not. Its words go when it ends or is taken.

    Before anything is sent: `new` would be invited; `bad`, `doubled`, `member`, `invited` and `unwanted` would not.
    Started, it is `due`. A mail is sent outside the database: the row is `sending` before it leaves, and what nobody
    knows the end of stays `unknown` and is never sent again by itself.
    """

    class State(models.TextChoices):
        NEW = "new", _("would be invited")
        BAD = "bad", _("can't be used")
        DOUBLED = "doubled", _("in the list twice")
        MEMBER = "member", _("a member already")
        INVITED = "invited", _("invited already")
        UNWANTED = "unwanted", _("wants no such mail")
        DUE = "due", _("waiting to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("sent or not, nobody knows")
        FAILED = "failed", _("could not be sent")
        DROPPED = "dropped", _("not sent, the list was stopped")
        WITHDRAWN = "withdrawn", _("withdrawn")
        JOINED = "joined", _("joined")

    #: An address in one of these has its invitation, and gets no second one into the same guild.
    HELD = ("due", "sending", "sent", "unknown", "withdrawn")
    #: A link of a row in one of these lets its person in.
    TAKES = ("sending", "sent", "unknown")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    invitation_list = models.ForeignKey(InvitationList, on_delete=models.CASCADE, related_name="rows")
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveIntegerField()
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)
    roles = ArrayField(models.CharField(max_length=12, choices=ROLE_CHOICES), default=list, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    why = models.CharField(max_length=20, blank=True, help_text="A code of `guilds.invitation_words`.")
    typed = models.CharField(max_length=200, blank=True, help_text="What stood in a row that can't be used.")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    joined_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["invitation_list", "state", "line"], name="invitation_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "email"],
                condition=Q(state__in=["due", "sending", "sent", "unknown", "withdrawn"]),
                name="invitation_once_per_address",
                violation_error_message=_("This address has its invitation already."),
            ),
            models.UniqueConstraint(
                fields=["invitation_list", "line"],
                name="invitation_once_per_line",
                violation_error_message=_("A line of a list is one row."),
            ),
            models.CheckConstraint(
                name="invitation_state_known",
                condition=Q(
                    state__in=[
                        "new",
                        "bad",
                        "doubled",
                        "member",
                        "invited",
                        "unwanted",
                        "due",
                        "sending",
                        "sent",
                        "unknown",
                        "failed",
                        "dropped",
                        "withdrawn",
                        "joined",
                    ]
                ),
                violation_error_message=_("There is no such state of an invitation."),
            ),
            models.CheckConstraint(
                name="invitation_bad_says_why",
                condition=Q(state__in=["bad", "doubled", "failed"]) & ~Q(why="")
                | ~Q(state__in=["bad", "doubled", "failed"]) & Q(why=""),
                violation_error_message=_("What can't be used or sent says why, and nothing else does."),
            ),
            models.CheckConstraint(
                name="invitation_to_an_address",
                condition=Q(state__in=["bad", "doubled", "member", "invited", "unwanted", "joined"], email="", name="")
                | (~Q(state__in=["bad", "doubled", "member", "invited", "unwanted", "joined"]) & ~Q(email="")),
                violation_error_message=_("An address is kept for an invitation that lasts, and for nothing else."),
            ),
            models.CheckConstraint(
                name="invitation_tried_at_a_time",
                condition=~Q(state__in=["sending", "sent", "unknown"]) | Q(tried_at__isnull=False),
                violation_error_message=_("What was tried says when."),
            ),
            models.CheckConstraint(
                name="invitation_joined_at_a_time",
                condition=Q(state="joined", joined_at__isnull=False)
                | (~Q(state="joined") & Q(joined_at__isnull=True, joined_by__isnull=True)),
                violation_error_message=_("Whoever joined says when."),
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line}, {self.state}"


class NoInvitations(models.Model):
    """One address that asked not to be invited by mail, into whatever guild: a keyed hash, and since when."""

    digest = models.CharField(max_length=64, primary_key=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "no invitations"
        constraints = [
            models.CheckConstraint(
                name="no_invitations_holds_a_hash",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("Only a hash of the address is kept."),
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]
