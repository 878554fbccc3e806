"""Where problems are: a map beside a list, never instead of it."""

from __future__ import annotations

import re
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.charts import Spot, in_order, land_map
from core.formats import format_number
from guilds.models import Guild
from projects.queries.places import TITLES_MOST, ProblemSpot, problem_map


@require_safe
def problems_map(request: HttpRequest) -> HttpResponse:
    """All public problems that have a place on the map, or one guild's; two statements at most."""
    guild = None
    slug = request.GET.get("guild", "")
    if re.fullmatch(r"[-\w]{1,80}", slug, re.ASCII):
        guild = Guild.objects.exclude(state=Guild.State.PROPOSED).filter(slug=slug).first()
    found = problem_map(guild and guild.pk)
    unordered = [_spot(spot) for spot in found.spots]
    order = in_order(unordered)
    spots = [replace(unordered[old], url=f"#place-{new}") for new, old in enumerate(order, 1)]
    title = _("Where problems are")
    picture = land_map(spots, land=static("img/land.svg"), title=title, head=(_("Place"), _("Problems")))
    shown = {"spots": [found.spots[old] for old in order], "picture": picture, "titles_most": TITLES_MOST}
    return render(request, "projects/problems_map.html", {"guild": guild, "found": found, **shown})


def _spot(spot: ProblemSpot) -> Spot:
    name = spot.name or _("a place")
    return Spot(float(spot.latitude), float(spot.longitude), name, spot.count, format_number(spot.count))
