"""Work somebody says they did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.rules import CONTRIBUTION_TRANSITIONS, CREDITED
from core.addresses import address
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Hideable, hidden_constraints
from guilds.models import Guild
from projects.models import Project, Task


class Need(models.TextChoices):
    """Why an entry that reached the server is still a draft: the one thing it needs from its person."""

    NONE = "", ""
    EVIDENCE = "evidence", _("Work of more than an hour needs a link or a note, so that somebody can check it.")
    DAY_FULL = "day_full", _("That day would hold more than 16 hours. Change the day or the time.")
    OVERLAP = "overlap", _("The clock times overlap with other work of yours. Change the start or the time.")
    FUTURE = "future", _("The date lies in the future. Choose the day on which you did the work.")
    TASK_TAKEN = "task_taken", _("Somebody else has this task. Choose open work or another task.")
    TASK_CLOSED = "task_closed", _("This task or its project takes no hours today. Choose another task.")
    NOT_MEMBER = "not_member", _("Only members log hours in this guild. Join it, then hand this in.")
    GUILD_CLOSED = "guild_closed", _("This guild takes no new work.")


class Contribution(Hideable):
    """One piece of work by one person on one task: time entries, a note or a link, and its way through review.

    `minutes_counted` (unweighted minutes that entered the week's bands), `minutes_credited` (after the bands) and
    `points` are written once, by the approval.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waiting for review")
        IN_REVIEW = "in_review", _("in review")
        RETURNED = "returned", _("returned to you")
        APPROVED = "approved", _("approved")
        VESTED = "vested", _("vested")
        REJECTED = "rejected", _("not accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CHALLENGED = "challenged", _("challenged")
        UPHELD = "upheld", _("upheld")
        REVERSED = "reversed", _("reversed")

    class Source(models.TextChoices):
        LOGGED = "logged", _("logged")
        IMPORTED = "imported", _("imported history (estimated)")

    TRANSITIONS: Transitions = CONTRIBUTION_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="contributions")
    client_id = models.UUIDField(help_text="Made where the entry was typed; the same entry sent twice is one row.")
    payload_hash = models.CharField(max_length=64, blank=True)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="contributions")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="contributions")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="contributions")
    role = models.CharField(max_length=12)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.LOGGED)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    need = models.CharField(max_length=12, choices=Need.choices, default=Need.NONE, blank=True)
    note = models.TextField(_("what you did"), max_length=4000, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    resubmission_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="resubmissions"
    )
    reviewer = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="taken_reviews", help_text="Who has it in review."
    )
    taken_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    minutes_counted = models.PositiveIntegerField(null=True)
    minutes_credited = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    points = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-id"], name="contribution_of_subject"),
            models.Index(fields=["project", "state", "submitted_at"], name="contribution_queue"),
            models.Index(fields=["guild", "state", "submitted_at"], name="contribution_guild_queue"),
            models.Index(fields=["task", "subject"], name="contribution_on_task"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject", "client_id"], name="contribution_sent_once"),
            models.UniqueConstraint(fields=["resubmission_of"], name="contribution_resubmitted_once"),
            models.CheckConstraint(
                name="contribution_state_known",
                condition=Q(state__in=list(CONTRIBUTION_TRANSITIONS)),
                violation_error_message=_("That is not a state of a contribution."),
            ),
            models.CheckConstraint(
                name="contribution_source_known",
                condition=Q(source__in=["logged", "imported"]),
                violation_error_message=_("Hours are logged or imported."),
            ),
            models.CheckConstraint(
                name="contribution_submitted_has_a_date",
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
                violation_error_message=_("Work that was handed in says when."),
            ),
            models.CheckConstraint(
                name="contribution_in_review_has_a_reviewer",
                condition=~Q(state="in_review") | Q(reviewer__isnull=False, taken_at__isnull=False),
                violation_error_message=_("Work in review says who has it and since when."),
            ),
            models.CheckConstraint(
                name="contribution_credited_in_full",
                condition=(
                    Q(state__in=sorted(CREDITED))
                    & Q(minutes_counted__isnull=False, minutes_credited__isnull=False, points__isnull=False)
                    & Q(decided_at__isnull=False)
                )
                | (
                    ~Q(state__in=sorted(CREDITED))
                    & Q(minutes_counted__isnull=True, minutes_credited__isnull=True, points__isnull=True)
                ),
                violation_error_message=_("Approved work, and only approved work, carries its credit."),
            ),
            models.CheckConstraint(
                name="contribution_need_only_while_draft",
                condition=Q(need="") | Q(state__in=["draft", "returned", "withdrawn"]),
                violation_error_message=_("Only a draft can still need something."),
            ),
            *hidden_constraints("contribution", "note", "link"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} work on {self.task_id}"

    def get_absolute_url(self) -> str:
        return address("contributions:contribution", self.pk)
