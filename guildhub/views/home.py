"""A member's home: this week, what needs them, what was credited last, and what to do next."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.queries import ids_of
from contributions.queries.home import home_numbers, own_news
from contributions.queries.own import next_tasks
from contributions.rules import goal_of_week


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Three statements beside the frame's: numbers, news of one's own work, tasks."""
    ids = ids_of(request.user)
    numbers = home_numbers(ids, monday=_monday(timezone.localdate()), now=timezone.now())
    news = own_news(ids)
    goal = goal_of_week(getattr(request.user, "about_minutes_a_week", None))
    return render(
        request,
        "guildhub/home.html",
        {
            "numbers": numbers,
            "percent": min(100, numbers.week_logged * 100 // goal),
            "goal": goal,
            "credited": next((work for work in news if work.points is not None), None),
            "waiting": [work for work in news if work.points is None],
            "tasks": next_tasks(ids),
        },
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
