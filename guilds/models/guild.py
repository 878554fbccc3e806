"""A guild, who belongs to it, and who was given which right in it until when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.addresses import address
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Hideable, hidden_constraints
from guilds.rules import GUILD_TRANSITIONS


class Guild(Hideable):
    """A community with its own members, policy, ledger accounts and problems. Closed, never deleted."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Joining(models.TextChoices):
        OPEN = "open", _("anybody joins at once")
        REQUEST = "request", _("people ask, a steward answers")
        INVITE = "invite", _("only by a link from a steward")

    TRANSITIONS: Transitions = GUILD_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(_("what it does, for whom"), max_length=400)
    timezone = models.CharField(_("time zone"), max_length=40, default="UTC")
    language = models.CharField(_("language"), max_length=10, default="en")
    contact = models.CharField(_("who to ask"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    joining = models.CharField(_("how people join"), max_length=10, choices=Joining.choices, default=Joining.OPEN)
    proposed_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    declined_at = models.DateTimeField(null=True, editable=False)
    declined_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    decline_reason = models.CharField(max_length=600, blank=True, editable=False)
    reviewer_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="Members who may review; beyond enough of them nobody counts on."
    )
    is_low_assurance = models.BooleanField(
        default=True, editable=False, help_text="Fewer may review than the policy calls enough; counted every hour."
    )
    has_boards = models.BooleanField(
        default=False, editable=False, help_text="Whether members see who earned how much; stewards choose."
    )
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="guild_state_known",
                condition=Q(state__in=["proposed", "open", "closed"]),
                violation_error_message=_("A guild is proposed, open or closed."),
            ),
            models.CheckConstraint(
                name="guild_joining_known",
                condition=Q(joining__in=["open", "request", "invite"]),
                violation_error_message=_("People join at once, by request, or by invite link."),
            ),
            models.CheckConstraint(
                name="guild_declined_with_reason",
                condition=Q(declined_at__isnull=True, declined_by__isnull=True, decline_reason="")
                | (Q(declined_at__isnull=False, declined_by__isnull=False, state="proposed") & ~Q(decline_reason="")),
                violation_error_message=_("Only a proposed guild is declined, by somebody and with a reason."),
            ),
            *hidden_constraints("guild", "name", "summary", "contact"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("guilds:guild", self.slug)


class Membership(models.Model):
    """One person's time in one guild. Leaving ends the row; coming back starts another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="memberships")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(
        "guilds.InviteLink", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guild", "subject"], condition=Q(left_at__isnull=True), name="membership_one_at_a_time"
            ),
            models.CheckConstraint(
                name="membership_leaves_after_joining",
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("joined_at")),
                violation_error_message=_("Nobody leaves before they joined."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} in {self.guild_id}"


class Grant(models.Model):
    """A right in a guild that a steward gave to a person, with a start and mostly an end."""

    class Right(models.TextChoices):
        REVIEWER = "reviewer", _("reviewer")
        MAINTAINER = "maintainer", _("maintainer")
        STEWARD = "steward", _("steward")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="grants")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="grants")
    right = models.CharField(max_length=12, choices=Right.choices)
    given_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "guild"], name="grant_of_subject")]
        constraints = [
            models.CheckConstraint(
                name="grant_right_known",
                condition=Q(right__in=["reviewer", "maintainer", "steward"]),
                violation_error_message=_("Reviewer, maintainer or steward."),
            ),
            models.CheckConstraint(
                name="grant_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A grant ends after it starts."),
            ),
            models.CheckConstraint(
                name="grant_not_to_oneself",
                condition=Q(given_by__isnull=True) | ~Q(given_by=F("subject")),
                violation_error_message=_("Nobody gives a right to themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.right} for {self.subject_id}"
