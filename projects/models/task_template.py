"""Tasks that a guild writes again and again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from core.written import Hideable, hidden_constraints
from guilds.models import Guild
from projects.models.task import ROLE_CHOICES, Task
from projects.rules import TASK_MINUTES_LEAST, TASK_MINUTES_MOST


class TaskTemplate(Hideable):
    """The words and sizes of one kind of task, which a guild's maintainers begin new tasks from."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="task_templates", editable=False)
    title = models.CharField(_("title"), max_length=140)
    description = models.TextField(_("what to do, and when it is done"), max_length=6000, blank=True)
    role = models.CharField(_("kind of help"), max_length=12, choices=ROLE_CHOICES)
    skills = ArrayField(models.CharField(max_length=40), verbose_name=_("skills"), default=list, blank=True)
    difficulty = models.CharField(_("difficulty"), max_length=2, choices=Task.Difficulty.choices)
    estimate_minutes = models.PositiveSmallIntegerField(_("minutes it should take"))
    is_starter = models.BooleanField(_("good first task"), default=False)
    author = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            *hidden_constraints("task_template", "title", "description", lists=["skills"]),
            models.UniqueConstraint(
                fields=["guild", "title"],
                condition=Q(retired_at__isnull=True),
                name="task_template_title_once",
                violation_error_message=_("The guild has a template of that title already."),
            ),
            models.CheckConstraint(
                name="task_template_fits_an_evening",
                condition=Q(estimate_minutes__range=(TASK_MINUTES_LEAST, TASK_MINUTES_MOST)),
                violation_error_message=_("A task takes 15 to 120 minutes."),
            ),
            models.CheckConstraint(
                name="task_template_difficulty_known",
                condition=Q(difficulty__in=["XS", "S", "M", "L"]),
                violation_error_message=_("Difficulty is XS, S, M or L."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
