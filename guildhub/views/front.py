"""The front page, and the page its numbers open to."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildhub.queries import HubNumbers, hub_numbers, numbers_by_guild
from projects.queries import front_problems

#: Counting 100,000 pieces of work takes PostgreSQL 90 ms, and the three numbers of a hub of that size change by a thousandth
#: in a day. The page says when they were counted; /numbers/ counts each time.
COUNTED_FOR = timedelta(minutes=1)
_counted: dict[str, tuple[HubNumbers, datetime]] = {}


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What guildhub is, three numbers, six problems, and the way in. One statement for a visitor, one more once a minute."""
    numbers, counted_at = _numbers(timezone.now())
    return render(
        request,
        "guildhub/front.html",
        {
            "numbers": numbers,
            "counted_at": counted_at,
            "problems": front_problems(),
            "steps": _steps(get_language()),
        },
    )


def forget_numbers() -> None:
    """Count anew the next time."""
    _counted.clear()


def _numbers(now: datetime) -> tuple[HubNumbers, datetime]:
    """The three numbers as this process counted them last, at most a minute ago."""
    found = _counted.get("hub")
    if found is None or not timedelta() <= now - found[1] < COUNTED_FOR:
        found = _counted["hub"] = hub_numbers(), now
    return found


@lru_cache(maxsize=32)
def _steps(_language: str | None) -> tuple[tuple[str, str], ...]:
    return (
        (_("A problem"), _("Somebody tells what goes wrong where they live. A guild takes it on.")),
        (_("A task"), _("Maintainers cut the work into tasks of 15 to 120 minutes.")),
        (_("An hour"), _("You do one when you have the time, and say how long it took.")),
        (_("A review"), _("Another person looks at it, and says what is good and what is missing.")),
        (_("Points, explained"), _("You get points with their arithmetic, and they are yours to show.")),
    )


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Where the numbers come from: every guild's share, and how each is worked out."""
    return render(
        request, "guildhub/numbers.html", {"total": hub_numbers(), "guilds": list(numbers_by_guild().values())}
    )
