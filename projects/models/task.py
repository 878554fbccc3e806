"""A piece of work that fits into an evening."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.addresses import address
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Hideable, hidden_constraints
from guilds.roles import ROLE_CHOICES as ROLE_CHOICES
from projects.models.project import Project
from projects.rules import TASK_MINUTES_LEAST, TASK_MINUTES_MOST, TASK_TRANSITIONS


class Task(Hideable):
    """One piece of work of 15 to 120 minutes. Difficulty and estimate are fixed when it is published.

    Every project has one open-work task (`is_open_work`) for what no task foresaw: it is never claimed, and
    its estimate holds per contribution.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("open")
        CLAIMED = "claimed", _("claimed")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("done")
        EXPIRED = "expired", _("expired")

    class Difficulty(models.TextChoices):
        XS = "XS", _("very easy")
        S = "S", _("easy")
        M = "M", _("medium")
        L = "L", _("hard")

    TRANSITIONS: Transitions = TASK_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks", editable=False)
    title = models.CharField(_("title"), max_length=140)
    description = models.TextField(_("what to do, and when it is done"), max_length=6000, blank=True)
    role = models.CharField(_("kind of help"), max_length=12, choices=ROLE_CHOICES, default="code")
    skills = ArrayField(models.CharField(max_length=40), verbose_name=_("skills"), default=list, blank=True)
    difficulty = models.CharField(_("difficulty"), max_length=2, choices=Difficulty.choices, default=Difficulty.S)
    estimate_minutes = models.PositiveSmallIntegerField(_("minutes it should take"), default=60)
    is_starter = models.BooleanField(_("good first task"), default=False)
    is_open_work = models.BooleanField(default=False, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    author = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", editable=False)
    published_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    claimed_by = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="claimed_tasks", editable=False
    )
    claimed_at = models.DateTimeField(null=True, editable=False)
    edited_at = models.DateTimeField(
        null=True, editable=False, help_text="When its title or description were last changed after publication."
    )
    lease_ends_at = models.DateTimeField(null=True, editable=False)
    lease_extended_at = models.DateTimeField(null=True, editable=False)
    lease_reminded_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["project", "state"], name="task_by_project"),
            models.Index(fields=["lease_ends_at"], name="task_lease", condition=Q(lease_ends_at__isnull=False)),
        ]
        constraints = [
            *hidden_constraints("task", "title", "description", lists=["skills"]),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_open_work=True), name="task_one_open_work_per_project"
            ),
            models.CheckConstraint(
                name="task_state_known",
                condition=Q(state__in=list(TASK_TRANSITIONS)),
                violation_error_message=_("That is not a state of a task."),
            ),
            models.CheckConstraint(
                name="task_fits_an_evening",
                condition=Q(estimate_minutes__range=(TASK_MINUTES_LEAST, TASK_MINUTES_MOST)),
                violation_error_message=_("A task takes 15 to 120 minutes. Cut bigger work into several tasks."),
            ),
            models.CheckConstraint(
                name="task_difficulty_known",
                condition=Q(difficulty__in=["XS", "S", "M", "L"]),
                violation_error_message=_("Difficulty is XS, S, M or L."),
            ),
            models.CheckConstraint(
                name="task_published_by_somebody",
                condition=Q(state="draft")
                | Q(state="expired")
                | Q(published_by__isnull=False, published_at__isnull=False),
                violation_error_message=_("A published task says who published it and when."),
            ),
            models.CheckConstraint(
                name="task_claimed_by_somebody",
                condition=(
                    Q(state__in=["claimed", "submitted", "returned"])
                    & Q(claimed_by__isnull=False, claimed_at__isnull=False)
                )
                | (Q(state__in=["draft", "published", "expired"]) & Q(claimed_by__isnull=True, claimed_at__isnull=True))
                | Q(state="accepted"),
                violation_error_message=_("A claimed task says who has it and since when."),
            ),
            models.CheckConstraint(
                name="task_lease_marks_belong_to_a_claim",
                condition=Q(claimed_at__isnull=False)
                | Q(lease_extended_at__isnull=True, lease_reminded_at__isnull=True),
                violation_error_message=_("Only a claimed task's time is extended or reminded of."),
            ),
            models.CheckConstraint(
                name="task_open_work_is_never_claimed",
                condition=Q(is_open_work=False) | Q(state__in=["draft", "published", "expired"]),
                violation_error_message=_("Open work is for everybody and can't be claimed."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("projects:task", self.pk)
