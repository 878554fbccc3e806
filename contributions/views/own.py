"""A person's own lists: their hours by week."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.queries import ids_of
from contributions.queries.own import minutes_by_week, own_work
from contributions.rules import goal_of_week, streak_of


@login_required
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """Everything the person ever logged or had imported, latest day first, by week."""
    after = _cursor(request.GET.get("after", ""))
    page = own_work(ids_of(request.user), after=after)
    weeks = [(monday, list(rows)) for monday, rows in groupby(page.rows, key=lambda row: row.week_starts_on)]
    here = reverse("contributions:hours")
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    by_week = {} if after else minutes_by_week(ids_of(request.user), monday=monday)
    goal = goal_of_week(getattr(request.user, "about_minutes_a_week", None))
    return render(
        request,
        "contributions/hours.html",
        {
            "weeks": weeks,
            "streak": streak_of(by_week, this_monday=monday) if by_week else None,
            "this_week": by_week.get(monday, 0),
            "goal": goal,
            "percent": min(100, by_week.get(monday, 0) * 100 // goal),
            "next_url": f"{here}?after={page.next_cursor}" if page.next_cursor else "",
            "previous_url": here if after else "",
        },
    )


def _cursor(text: str) -> tuple[date, UUID] | None:
    """The row to go on after; None for the first page and for anything that isn't a key."""
    day, _dot, key = text.partition(".")
    try:
        return date.fromisoformat(day), UUID(key)
    except ValueError:
        return None
