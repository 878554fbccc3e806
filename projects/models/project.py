"""The work that answers an accepted problem."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.addresses import address
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Hideable, hidden_constraints
from guilds.models import Guild
from projects.models.problem import Problem
from projects.rules import PROJECT_TAKES_WORK, PROJECT_TRANSITIONS


class Project(Hideable):
    """One answer to one accepted problem of the same guild (a trigger refuses any other)."""

    class State(models.TextChoices):
        PROPOSAL = "proposal", _("proposal")
        INCUBATING = "incubating", _("incubating")
        ACTIVE = "active", _("active")
        RELEASE_READY = "release_ready", _("release ready")
        ADOPTED = "adopted", _("adopted")
        DORMANT = "dormant", _("dormant")
        ARCHIVED = "archived", _("archived")
        QUARANTINED = "quarantined", _("quarantined")

    TRANSITIONS: Transitions = PROJECT_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="projects", editable=False)
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="projects", editable=False)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=140)
    summary = models.TextField(_("what it will do, and how people will use it"), max_length=4000)
    repository_url = models.URLField(_("repository"), max_length=300, blank=True)
    language = models.CharField(_("language of this text"), max_length=10, default="en")
    state = models.CharField(max_length=14, choices=State.choices, default=State.PROPOSAL, editable=False)
    author = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)
    review_debt_minutes = models.PositiveIntegerField(
        default=0, editable=False, help_text="Claimed minutes that wait for a review; counted after each change."
    )

    class Meta:
        indexes = [models.Index(fields=["guild", "state"], name="project_by_guild")]
        constraints = [
            *hidden_constraints("project", "title", "summary", "repository_url"),
            models.CheckConstraint(
                name="project_state_known",
                condition=Q(state__in=list(PROJECT_TRANSITIONS)),
                violation_error_message=_("That is not a state of a project."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("projects:project", self.slug)

    @property
    def takes_work(self) -> bool:
        """Whether tasks may be published and hours logged here today."""
        return self.state in PROJECT_TAKES_WORK
