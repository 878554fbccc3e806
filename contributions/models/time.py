"""The time a contribution took, and what a day and a week have already taken."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.models.contribution import Contribution
from contributions.rules import DAY_MINUTES_MOST, ENTRY_MINUTES_MOST
from core.ids import uuid7
from guilds.models import Guild


class TsTzRange(Func):
    """A half-open range of two moments, so that work ending at ten and work starting at ten don't overlap."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class TimeEntry(models.Model):
    """A stretch of time on a contribution: a date and minutes; clock times if the person knows them.

    `counts` is true from submission until withdrawn, returned or rejected, and never for imports.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="entries")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="time_entries")
    worked_on = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    started_at = models.DateTimeField(_("from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    counts = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "time entries"
        ordering = ["worked_on", "id"]
        indexes = [
            models.Index(fields=["contribution"], name="time_entry_of_contribution"),
            models.Index(fields=["subject", "worked_on"], name="time_entry_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                name="time_entry_fits_a_day",
                condition=Q(minutes__range=(1, ENTRY_MINUTES_MOST)),
                violation_error_message=_("An entry takes between one minute and 16 hours."),
            ),
            models.CheckConstraint(
                name="time_entry_clock_times_agree",
                condition=Q(started_at__isnull=True, ended_at__isnull=True)
                | Q(
                    started_at__isnull=False,
                    ended_at__isnull=False,
                    ended_at__gt=F("started_at"),
                ),
                violation_error_message=_("The end comes after the start."),
            ),
            ExclusionConstraint(
                name="time_entry_no_overlap",
                expressions=[
                    ("subject", RangeOperators.EQUAL),
                    (TsTzRange("started_at", "ended_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(counts=True, started_at__isnull=False),
                violation_error_message=_("The clock times overlap with other work of yours."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min on {self.worked_on}"


class WorkDay(models.Model):
    """One person's minutes that count on one day, in all guilds together. A trigger on TimeEntry keeps it."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="work_days")
    worked_on = models.DateField()
    minutes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "worked_on"], name="work_day_once"),
            models.CheckConstraint(
                name="work_day_sixteen_hours",
                condition=Q(minutes__lte=DAY_MINUTES_MOST),
                violation_error_message=_("A day holds at most 16 hours of work."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min on {self.worked_on}"


class Week(models.Model):
    """What approvals have taken of one person's ISO week in one guild, and how many of their reviews it paid."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="weeks")
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="+")
    iso_year = models.PositiveSmallIntegerField()
    iso_week = models.PositiveSmallIntegerField()
    full_minutes = models.PositiveIntegerField(default=0)
    half_minutes = models.PositiveIntegerField(default=0)
    paid_reviews = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "guild", "iso_year", "iso_week"], name="week_once"),
            models.CheckConstraint(
                name="week_twenty_hours",
                condition=Q(full_minutes__lte=1200) & Q(half_minutes__lte=1200 - F("full_minutes")),
                violation_error_message=_("At most 20 hours of a week count."),
            ),
            models.CheckConstraint(
                name="week_number_real",
                condition=Q(iso_week__range=(1, 53)),
                violation_error_message=_("A year has 52 or 53 weeks."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.iso_year}-W{self.iso_week:02}"
