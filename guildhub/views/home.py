"""A member's home: this week, what needs them, what was credited last, and what to do next."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.queries import ids_of
from contributions.queries.home import home_page

#: Two or three hours a week is what the product asks for; the ring is full at two.
GOAL_MINUTES = 120


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One statement beside the frame's."""
    found = home_page(ids_of(request.user), monday=_monday(timezone.localdate()), now=timezone.now())
    return render(
        request,
        "guildhub/home.html",
        {
            **found._asdict(),
            "percent": min(100, found.numbers.week_logged * 100 // GOAL_MINUTES),
            "goal": GOAL_MINUTES,
        },
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
