"""What was reported, and what moderators made of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Concern
from guilds.models import Guild
from moderation.rules import CASE_TRANSITIONS, KEEPS_WORDS, LIVE


class Case(models.Model):
    """One thing that somebody reported: from the first report to the last word on it.

    `kind` and `object_id` name it as `core.written` knows it. `for_hub`: only the hub's stewards decide, because it belongs
    to no guild or is about one of its stewards. `kept_words` are the hidden words, by field, until they are shown again; they
    are emptied when their author is erased. Who did which step, with their reason, is in `core.StateChange`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a moderator")
        HIDDEN = "hidden", _("hidden")
        DISMISSED = "dismissed", _("left as it is")
        APPEALED = "appealed", _("hidden, and appealed")
        UPHELD = "upheld", _("stays hidden")
        OVERTURNED = "overturned", _("shown again after an appeal")
        SHOWN = "shown", _("shown again")

    TRANSITIONS: Transitions = CASE_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, editable=False)
    object_id = models.UUIDField(editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    author = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    title = models.CharField(max_length=140, blank=True, editable=False, help_text="How it was called when reported.")
    for_hub = models.BooleanField(default=False, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, editable=False)
    opened_at = models.DateTimeField(editable=False)
    concern = models.CharField(max_length=10, choices=Concern.choices, blank=True, editable=False)
    kept_words = models.JSONField(null=True, editable=False)
    decided_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    appealed_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["opened_at", "id"], name="case_queue", condition=Q(state__in=["waiting", "appealed"])),
            models.Index(fields=["guild", "opened_at"], name="case_of_guild"),
            models.Index(fields=["author"], name="case_of_author"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(state__in=sorted(LIVE)), name="case_one_at_a_time"
            ),
            models.CheckConstraint(
                name="case_state_known",
                condition=Q(state__in=sorted(CASE_TRANSITIONS)),
                violation_error_message=_("That is not a state of a case."),
            ),
            models.CheckConstraint(
                name="case_decided_by_somebody",
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                violation_error_message=_("A decision says who made it and when."),
            ),
            models.CheckConstraint(
                name="case_decided_after_opened",
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("opened_at")),
                violation_error_message=_("A decision comes after the report."),
            ),
            models.CheckConstraint(
                name="case_hidden_says_why",
                condition=(Q(state__in=["waiting", "dismissed"]) & Q(concern=""))
                | (~Q(state__in=["waiting", "dismissed"]) & Q(concern__in=Concern.values)),
                violation_error_message=_("Hiding says for which kind of reason."),
            ),
            models.CheckConstraint(
                name="case_keeps_words_while_hidden",
                condition=(Q(state__in=sorted(KEEPS_WORDS)) & Q(kept_words__isnull=False))
                | (~Q(state__in=sorted(KEEPS_WORDS)) & Q(kept_words__isnull=True)),
                violation_error_message=_("Hidden words are kept until they are shown again."),
            ),
            models.CheckConstraint(
                name="case_appeal_says_when",
                condition=Q(state__in=["waiting", "dismissed", "hidden"], appealed_at__isnull=True)
                | (Q(state__in=["appealed", "upheld", "overturned"]) & Q(appealed_at__gte=F("decided_at")))
                & Q(appealed_at__isnull=False)
                | Q(state="shown"),
                violation_error_message=_("An appeal says when it was made, after the decision."),
            ),
            models.CheckConstraint(
                name="case_settled_by_somebody",
                condition=(
                    Q(state__in=["upheld", "overturned", "shown"])
                    & Q(settled_by__isnull=False, settled_at__isnull=False)
                )
                | (
                    ~Q(state__in=["upheld", "overturned", "shown"])
                    & Q(settled_by__isnull=True, settled_at__isnull=True)
                ),
                violation_error_message=_("The last word says who spoke it and when."),
            ),
            models.CheckConstraint(
                name="case_never_ones_own",
                condition=Q(author__isnull=True)
                | (
                    (Q(decided_by__isnull=True) | ~Q(decided_by=F("author")))
                    & (Q(settled_by__isnull=True) | ~Q(settled_by=F("author")))
                ),
                violation_error_message=_("Nobody decides on their own words."),
            ),
            models.CheckConstraint(
                name="case_appeal_decided_by_another",
                condition=~Q(state__in=["upheld", "overturned"]) | ~Q(settled_by=F("decided_by")),
                violation_error_message=_("An appeal is decided by somebody else than who hid the words."),
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk} about {self.kind} {self.object_id}"

    def get_absolute_url(self) -> str:
        return reverse("moderation:case", args=[self.pk])


class Report(models.Model):
    """One person's word that something is wrong with one thing. Who they are is for the case's moderators alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports", editable=False)
    reporter = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", editable=False)
    concern = models.CharField(_("what is wrong with it"), max_length=10, choices=Concern.choices)
    words = models.TextField(_("in your own words"), max_length=1000, blank=True)
    reported_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [models.Index(fields=["reporter"], name="report_of_person")]
        constraints = [
            models.UniqueConstraint(fields=["case", "reporter"], name="report_once_per_person"),
            models.CheckConstraint(
                name="report_concern_known",
                condition=Q(concern__in=Concern.values),
                violation_error_message=_("A report says what is wrong."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.concern} reported in {self.case_id}"
