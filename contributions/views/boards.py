"""A guild's board, for its members: the top, the reader's own place, and who stands around them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contributions.queries.boards import Board
from contributions.rules_boards import ALL, PEOPLE_LEAST, kept_periods, month_of, quarter_of
from core.errors import PermissionRefused
from core.http import Action, perform
from guilds.models import Guild
from guilds.queries import viewer_in
from guilds.roles import ROLE_CHOICES
from guilds.services import switch_boards

PAGE, TOP = 20, 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The board of a guild that has switched it on; its stewards' switch."""
    guild = get_object_or_404(Guild.objects.exclude(state=Guild.State.PROPOSED), slug=slug)
    viewer = viewer_in(request.user, guild.pk, timezone.now())
    if not viewer.sees_names:
        raise PermissionRefused(
            _("Only members of %(guild)s see who earned how much. Join it first: its page has a button.")
            % {"guild": guild.name}
        )
    if request.method == "POST":
        return perform(request, guild, _ACTIONS, lambda request, guild, forms: _show(request, guild, viewer))
    return _show(request, guild, viewer)


def periods_of(guild: Guild) -> dict[str, str]:
    """The words in an address and the period they mean today."""
    today = timezone.now().astimezone(ZoneInfo(guild.timezone)).date()
    _all, _month, last_month, _quarter, last_quarter = kept_periods(today)
    return {
        "month": month_of(today),
        "quarter": quarter_of(today),
        "all": ALL,
        "last-month": last_month,
        "last-quarter": last_quarter,
    }


def chosen_board(guild: Guild, period: str, kind: str) -> tuple[Board, str, str]:
    """The board for what was asked, with the words that were understood: a month and all kinds where they were not."""
    periods = periods_of(guild)
    period = period if period in periods else "month"
    kind = kind if kind in dict(kinds_of_help()) else ""
    return Board(guild.pk, periods[period], kind), period, kind


def kinds_of_help() -> list[tuple[str, Any]]:
    """Kinds of help that have a board, with reviewing as one of them."""
    return [("", _("all kinds of help")), *ROLE_CHOICES, ("review", _("reviewing"))]


def _show(request: HttpRequest, guild: Guild, viewer: Any) -> HttpResponse:
    chosen, period, kind = chosen_board(guild, request.GET.get("period", ""), request.GET.get("kind", ""))
    start = _start(request.GET.get("from", ""))
    me = viewer.ids[0]
    is_shown = guild.has_boards and chosen.has_people(PEOPLE_LEAST)
    rows = chosen.top(start=start, limit=PAGE + 1) if is_shown else []
    place = chosen.place_of(me) if is_shown else None
    here = f"{reverse('contributions:board', args=[guild.slug])}?period={period}&kind={kind}"
    words = {
        "month": _("this month"),
        "quarter": _("this quarter"),
        "all": _("all time"),
        "last-month": _("last month"),
        "last-quarter": _("last quarter"),
    }
    more = start + PAGE < TOP and len(rows) > PAGE
    return render(
        request,
        "contributions/board.html",
        {
            "guild": guild,
            "viewer": viewer,
            "is_shown": is_shown,
            "rows": rows[:PAGE],
            "me": me,
            "place": place,
            "around": chosen.around(me, place.points) if place else [],
            "periods": words.items(),
            "period": period,
            "period_words": words[period],
            "kinds": kinds_of_help(),
            "kind": kind,
            "least": PEOPLE_LEAST,
            "next_url": f"{here}&from={start + PAGE}" if more else "",
            "previous_url": here if start else "",
        },
    )


def _switch(on: bool) -> Action:
    def verb(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
        switch_boards(guild=guild, on=on, by=request.user.subject, now=timezone.now())
        if on:
            return _("The boards are on. They fill within a minute.")
        return _("The boards are off, and nothing is kept of them.")

    return Action(verb, then=lambda guild, values: reverse("contributions:board", args=[guild.slug]))


_ACTIONS = {"on": _switch(True), "off": _switch(False)}


def _start(text: str) -> int:
    return min(int(text), TOP - PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 0
