"""What one person can do, where and in which languages, and how much time they have."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.languages import WRITTEN_LANGUAGES
from guilds.roles import ROLE_CHOICES
from guilds.rules import ROLES
from matching.rules import LANGUAGES_MOST, MINUTES_LEAST, MINUTES_MOST, PLACE_MOST, Answers


class Availability(models.Model):
    """One person's answers to the three questions of `/welcome/`; a row without answers says that they skipped them.

    Nobody but its person reads it: it chooses what is shown to them, and is on no page of anybody else.
    """

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, primary_key=True, related_name="availability")
    kinds = ArrayField(
        models.CharField(max_length=12, choices=ROLE_CHOICES), verbose_name=_("kinds of help"), default=list, blank=True
    )
    place = models.CharField(_("place"), max_length=PLACE_MOST, blank=True)
    languages = ArrayField(
        models.CharField(max_length=10, choices=WRITTEN_LANGUAGES),
        verbose_name=_("languages"),
        default=list,
        blank=True,
    )
    minutes_a_week = models.PositiveSmallIntegerField(_("minutes a week"), null=True, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        constraints = [
            models.CheckConstraint(
                name="availability_kinds_known",
                condition=Q(kinds__contained_by=list(ROLES)),
                violation_error_message=_("That is not a kind of help."),
            ),
            models.CheckConstraint(
                name="availability_languages_known",
                condition=Q(languages__contained_by=[code for code, _name in WRITTEN_LANGUAGES]),
                violation_error_message=_("That is not a language people write in here."),
            ),
            models.CheckConstraint(
                name="availability_languages_few",
                condition=Q(languages__len__lte=LANGUAGES_MOST),
                violation_error_message=_("At most twelve languages."),
            ),
            models.CheckConstraint(
                name="availability_minutes_of_a_week",
                condition=Q(minutes_a_week__isnull=True) | Q(minutes_a_week__range=(MINUTES_LEAST, MINUTES_MOST)),
                violation_error_message=_("Between 15 minutes and 40 hours a week."),
            ),
        ]

    def __str__(self) -> str:
        return f"availability of {self.subject_id}"

    @property
    def answers(self) -> Answers:
        """The same as plain values."""
        return Answers(tuple(self.kinds), self.place, tuple(self.languages), self.minutes_a_week)
