"""Pages that are pictures: my year, a guild's month, a project's hours; and how long a queue waits, drawn for others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.queries import ids_of
from contributions.queries.pictures import (
    FEWEST_PEOPLE,
    GuildMonth,
    guild_month,
    guild_months,
    month_end,
    own_days,
)
from contributions.queries.review_queue import AGES, QueueAges
from contributions.queries.totals import project_work
from core.charts import Bar, Key, Picture, bars, sparkline, year_cloth
from core.charts.cloth import year_begin
from core.formats import exact_day, format_minutes, format_number
from guilds.models import Guild
from projects.models import Project

_NOBODY = UUID(int=0)


@login_required
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """A person's own 52 weeks, day by day: what they logged. One statement beside the frame's."""
    last = timezone.localdate()
    days = own_days(ids_of(request.user), first=year_begin(last, week_begins()), last=last)
    return render(
        request,
        "contributions/year.html",
        {
            "picture": cloth_of({day.day: day.minutes for day in days}, last=last, week_url=hours_from),
            "total": sum(day.minutes for day in days),
            "checked": sum(day.minutes_checked for day in days),
            "days": sum(1 for day in days if day.minutes),
        },
    )


def cloth_of(days: dict[date, int], *, last: date, week_url: Callable[[date], str]) -> Picture:
    """Minutes by day as cloth, in the reader's language, week and direction."""
    return year_cloth(
        days,
        last=last,
        title=_("Hours by day in 52 weeks"),
        show=format_minutes,
        show_day=exact_day,
        week_url=week_url,
        starts_on=week_begins(),
        rtl=get_language_bidi(),
    )


def week_begins() -> int:
    """The day on which the reader's weeks begin: 0 is Sunday."""
    return int(get_format("FIRST_DAY_OF_WEEK"))


def hours_from(first: date) -> str:
    """The reader's list of hours from the end of that week on."""
    return f"{reverse('contributions:hours')}?after={(first + timedelta(days=7)).isoformat()}.{_NOBODY}"


def level_keys() -> list[Key]:
    """How hours are known: what a reviewer approved is woven denser than what waits for one."""
    return [Key(4, _("checked")), Key(1, _("claimed, waits for a reviewer"))]


@require_safe
def month(request: HttpRequest, slug: str) -> HttpResponse:
    """A guild's hours in one month, by week and by kind of help; no person stands out. Three statements."""
    guild = get_object_or_404(Guild.objects.exclude(state=Guild.State.PROPOSED), slug=slug)
    today = timezone.localdate()
    first = month_asked_for(request.GET.get("of", ""), today)
    found = guild_month(guild.pk, first)
    following = month_end(first)
    here = reverse("guilds:month", args=[slug])
    return render(
        request,
        "contributions/month.html",
        {
            "guild": guild,
            "month": found,
            "name": date_format(first, "YEAR_MONTH_FORMAT"),
            "fewest": FEWEST_PEOPLE,
            "weeks": _weeks(found, guild, today),
            "kinds": _kinds(found),
            "months": _months(guild, first, here),
            "previous_url": f"{here}?of={(first - timedelta(days=1)).strftime('%Y-%m')}",
            "next_url": f"{here}?of={following.strftime('%Y-%m')}" if following <= today else "",
        },
    )


def month_asked_for(text: str, today: date) -> date:
    """The first day of the month an address names ("2026-11"); of this one for the future and for nonsense."""
    this = today.replace(day=1)
    try:
        asked = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return this
    return asked if date(2000, 1, 1) <= asked <= this else this


def _weeks(found: GuildMonth, guild: Guild, today: date) -> Picture:
    ledger = reverse("guilds:ledger", args=[guild.slug])
    rows = []
    for week in found.weeks:
        begins = max(week.starts_on, found.first)
        ends = min(week.starts_on + timedelta(days=6), month_end(found.first) - timedelta(days=1))
        if begins > today:
            break
        label = date_format(begins, "MONTH_DAY_FORMAT")
        if ends > begins:
            label += f" – {date_format(ends, 'MONTH_DAY_FORMAT')}"
        url = f"{ledger}?before={(week.starts_on + timedelta(days=7)).isoformat()}"
        rows.append(_bar(label, week.minutes_checked, week.minutes_waiting, url))
    title = _("Hours a week")
    return bars(rows, keys=level_keys(), title=title, head=_head(_("Week")), rtl=get_language_bidi())


def _kinds(found: GuildMonth) -> Picture:
    rows = [
        _bar(kind.role_label or _("several kinds, of few people each"), kind.minutes_checked, kind.minutes_waiting)
        for kind in found.kinds
    ]
    title = _("Hours by kind of help")
    return bars(rows, keys=level_keys(), title=title, head=_head(_("Kind of help")), rtl=get_language_bidi())


def _months(guild: Guild, first: date, here: str) -> Picture:
    found = guild_months(guild.pk, first)
    return sparkline(
        [(date_format(day, "YEAR_MONTH_FORMAT"), minutes) for day, minutes in found],
        title=_("Checked hours a month"),
        head=(_("Month"), _("checked")),
        show=format_minutes,
        urls=[f"{here}?of={day.strftime('%Y-%m')}" for day, _minutes in found],
        rtl=get_language_bidi(),
    )


def _head(first: str) -> tuple[str, str, str]:
    return first, _("checked"), _("claimed, waits for a reviewer")


def _bar(label: str, known: int, other: int, url: str = "") -> Bar:
    cells = (format_minutes(known), format_minutes(other))
    return Bar(label, (known, other), format_minutes(known + other), cells, url)


@require_safe
def project_hours(request: HttpRequest, slug: str) -> HttpResponse:
    """What kinds of help went into a project. Two statements."""
    project = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    work = project_work(project.pk)
    timeline = reverse("projects:project_timeline", args=[slug])
    picture = bars(
        [_bar(kind.role_label, kind.minutes_logged, kind.minutes_imported, timeline) for kind in work.kinds],
        keys=[Key(4, _("checked")), Key(1, _("estimated from commits"))],
        title=_("Hours by kind of help"),
        head=(_("Kind of help"), _("checked"), _("estimated from commits")),
        rtl=get_language_bidi(),
    )
    return render(
        request, "contributions/project_hours.html", {"project": project, "work": work.total, "picture": picture}
    )


def ages_picture(ages: QueueAges, *, now: datetime, url: str, cursors: bool = False) -> Picture:
    """How long a queue waits: one bar a group of ages. With `cursors` a row leads to where it begins in the queue."""
    names = [
        _("less than a day"),
        *(_("%(from)s to %(to)s days") % {"from": format_number(a), "to": format_number(b)} for a, b in _spans()),
        _("more than %(days)s days") % {"days": format_number(AGES[-1])},
    ]
    begins = [now - timedelta(days=days) for days in AGES]
    rows = []
    for number, (name, count) in enumerate(zip(names, ages.counts, strict=True)):
        # The oldest come first, so a group begins after whatever is as old as its own oldest can be.
        after = urlencode({"after": f"{begins[number].isoformat()}_{_NOBODY}"}) if number < len(begins) else ""
        rows.append(Bar(name, (count,), format_number(count), url=f"{url}?{after}" if cursors and after else url))
    return bars(
        rows if sum(ages.counts) else [],
        keys=[Key(4, _("waits for a verdict"))],
        title=_("How long work has waited"),
        head=(_("Waiting for"), _("Pieces of work")),
        rtl=get_language_bidi(),
    )


def _spans() -> list[tuple[int, int]]:
    return list(pairwise(AGES))
