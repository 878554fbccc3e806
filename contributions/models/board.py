"""What a guild's boards show: points by person, period and kind of help, and the rank that goes with so many points.

Both are projections of the ledger, kept by the sweep of events and never in the posting transaction: `check_boards` compares
them with it, and makes them anew.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Score(models.Model):
    """REP that one person earned in one guild in one period, by one kind of help ("" is all of them).

    `period` is "all", a month "2026-11" or a quarter "2026-Q4" of the guild's zone. Without a row: nothing.
    """

    pk = models.CompositePrimaryKey("guild_id", "period", "kind", "subject_id")
    guild_id = models.UUIDField()
    period = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, blank=True, default="")
    subject_id = models.UUIDField()
    points = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["guild_id", "period", "kind", "-points", "subject_id"], name="score_board")]
        constraints = [
            models.CheckConstraint(
                name="score_of_points", condition=Q(points__gt=0), violation_error_message=_("A board counts points.")
            )
        ]

    def __str__(self) -> str:
        return f"{self.points} in {self.period}"


class BoardStep(models.Model):
    """How many people of a board have more than so many points, for each number of points that somebody has.

    A person's rank is one row of it, whatever the size of the board; it is made anew every few seconds where scores changed.
    """

    pk = models.CompositePrimaryKey("guild_id", "period", "kind", "points")
    guild_id = models.UUIDField()
    period = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, blank=True, default="")
    points = models.BigIntegerField()
    above = models.BigIntegerField(help_text="People with more points.")
    people = models.BigIntegerField(help_text="People with exactly so many.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="board_step_counts",
                condition=Q(above__gte=0, people__gt=0),
                violation_error_message=_("A step of a board has people on it."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.points} in {self.period}: after {self.above}"


class BoardChange(models.Model):
    """That a guild's scores changed since its steps were made. One row a guild at most."""

    guild_id = models.UUIDField(primary_key=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"boards of {self.guild_id}"
