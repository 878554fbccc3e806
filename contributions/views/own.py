"""A person's own lists: their hours by week."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.queries import ids_of
from contributions.queries.own import own_work


@login_required
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """Everything the person ever logged or had imported, latest day first, by week."""
    after = _cursor(request.GET.get("after", ""))
    page = own_work(ids_of(request.user), after=after)
    weeks = [(monday, list(rows)) for monday, rows in groupby(page.rows, key=lambda row: row.week_starts_on)]
    here = reverse("contributions:hours")
    return render(
        request,
        "contributions/hours.html",
        {
            "weeks": weeks,
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
