"""Where somebody stopped, for whoever comes next."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from core.written import Hideable, hidden_constraints
from projects.models.task import Task


class ProgressNote(Hideable):
    """How far one person has come with one task: it stays on the task when they give it back or their time ends."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="progress_notes", editable=False)
    author = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", editable=False)
    words = models.TextField(_("where it stands"), max_length=2000, blank=True)
    link = models.URLField(_("where the work lies"), max_length=300, blank=True)
    percent = models.PositiveSmallIntegerField(
        _("how much is done, about"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    at_handover = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        indexes = [models.Index(fields=["task", "-created_at"], name="progress_by_task")]
        constraints = [
            *hidden_constraints("progress", "words", "link"),
            models.CheckConstraint(
                name="progress_percent_of_a_whole",
                condition=Q(percent__isnull=True) | Q(percent__lte=100),
                violation_error_message=_("At most 100 percent can be done."),
            ),
            models.CheckConstraint(
                name="progress_says_something",
                condition=~Q(words="") | ~Q(link="") | Q(percent__isnull=False),
                violation_error_message=_("Say where it stands, leave a link, or say how much is done."),
            ),
        ]

    def __str__(self) -> str:
        return f"progress on {self.task_id}"
