"""The series behind the pictures: your year, a guild's month, a project's hours by kind of help."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from contributions.queries.pictures import guild_month, own_days
from contributions.queries.totals import project_work
from core.api.endpoints import PUBLIC, Endpoint, reads
from core.api.shapes import Shape
from core.charts.cloth import year_begin
from guilds.api.reach import guild_for, own_ids
from guilds.models import Guild
from projects.api.reach import project_for


class DayShape(Shape):
    """One day: minutes you claim, and minutes a reviewer approved."""

    day = serializers.DateField()
    minutes = serializers.IntegerField()
    minutes_checked = serializers.IntegerField()


class YearShape(Shape):
    """52 weeks, the first beginning on a Monday. Days without work are left out; work belongs to its last day."""

    first = serializers.DateField()
    last = serializers.DateField()
    days = DayShape(many=True)


class OwnYear(Endpoint):
    """Your year."""

    @reads("read_year", YearShape)
    def get(self, request: Request) -> dict[str, Any]:
        """Read what you logged in the last 52 weeks, day by day; withdrawn and rejected work is left out."""
        last = timezone.localdate()
        first = year_begin(last, 1)
        return {"first": first, "last": last, "days": own_days(own_ids(request), first=first, last=last)}


class WeekSumShape(Shape):
    """The part of a week (its Monday: `starts_on`) that lies in the month."""

    starts_on = serializers.DateField()
    minutes_checked = serializers.IntegerField()
    minutes_waiting = serializers.IntegerField()
    pieces = serializers.IntegerField()


class KindSumShape(Shape):
    """One kind of help; an empty `role` stands for several, because few people gave each of them."""

    role = serializers.CharField(allow_blank=True)
    minutes_checked = serializers.IntegerField()
    minutes_waiting = serializers.IntegerField()
    pieces = serializers.IntegerField()


class GuildMonthShape(Shape):
    """A guild's logged work in one month. `minutes_waiting` are claimed and have no verdict yet.

    `people` is null when they are fewer than three.
    """

    month = serializers.CharField()
    minutes_checked = serializers.IntegerField()
    minutes_waiting = serializers.IntegerField()
    people = serializers.IntegerField(allow_null=True)
    weeks = WeekSumShape(many=True)
    kinds = KindSumShape(many=True)


class MonthQuery(Shape):
    """Which month."""

    month = serializers.RegexField(
        r"^20\d\d-(0[1-9]|1[0-2])$", required=False, help_text="As 2026-11; this one if left out."
    )


class Month(Endpoint):
    """A guild's month."""

    @reads("read_guild_month", GuildMonthShape, scope=PUBLIC, query=MonthQuery)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> dict[str, Any]:
        """Read a guild's hours in one month, by week and by kind of help; no person stands out in them."""
        guild = guild_for(request, slug)
        if guild.state == Guild.State.PROPOSED:
            raise Http404
        text = values.get("month") or timezone.localdate().strftime("%Y-%m")
        found = guild_month(guild.pk, date.fromisoformat(f"{text}-01"))
        return {
            "month": text,
            "minutes_checked": found.total.minutes_checked,
            "minutes_waiting": found.total.minutes_waiting,
            "people": found.people,
            "weeks": found.weeks,
            "kinds": found.kinds,
        }


class KindOfHelpShape(Shape):
    """One kind of help: approved minutes, minutes *estimated* from commits, people, pieces of work."""

    role = serializers.CharField()
    minutes_checked = serializers.IntegerField(source="minutes_logged")
    minutes_estimated = serializers.IntegerField(source="minutes_imported")
    people = serializers.IntegerField()
    pieces = serializers.IntegerField(source="contributions")


class HoursByKindShape(Shape):
    """The work that went into a project, the kind with most hours first. A person of two kinds is counted in both."""

    minutes_checked = serializers.IntegerField()
    minutes_estimated = serializers.IntegerField()
    people = serializers.IntegerField()
    kinds = KindOfHelpShape(many=True)


class HoursByKind(Endpoint):
    """What kinds of help a project was made of."""

    @reads("read_hours_by_kind", HoursByKindShape, scope=PUBLIC)
    def get(self, request: Request, slug: str) -> dict[str, Any]:
        """Read a project's credited hours by kind of help."""
        work = project_work(project_for(slug).pk)
        return {
            "minutes_checked": work.total.minutes_logged,
            "minutes_estimated": work.total.minutes_imported,
            "people": work.total.people,
            "kinds": work.kinds,
        }
