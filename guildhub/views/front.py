"""The front page, and the page its numbers open to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildhub.queries import hub_numbers, numbers_by_guild
from projects.queries import front_problems


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What guildhub is, three numbers, six problems, and the way in. Two statements for a visitor."""
    return render(
        request,
        "guildhub/front.html",
        {
            "numbers": hub_numbers(),
            "problems": front_problems(),
            "steps": [
                (_("A problem"), _("Somebody tells what goes wrong where they live. A guild takes it on.")),
                (_("A task"), _("Maintainers cut the work into tasks of 15 to 120 minutes.")),
                (_("An hour"), _("You do one when you have the time, and say how long it took.")),
                (_("A review"), _("Another person looks at it, and says what is good and what is missing.")),
                (_("Points, explained"), _("You get points with their arithmetic, and they are yours to show.")),
            ],
        },
    )


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Where the numbers come from: every guild's share, and how each is worked out."""
    return render(
        request, "guildhub/numbers.html", {"total": hub_numbers(), "guilds": list(numbers_by_guild().values())}
    )
