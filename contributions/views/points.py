"""What points are and where they came from: a person's own lines, and a guild's public ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.queries import ids_of
from contributions.queries.points import EarnedLine, points_page
from contributions.views.arithmetic import explain
from core.addresses import addresses
from core.frames import filled, tight
from core.templatetags.ui import known, time_of
from guilds.models import Guild
from reputation.models import Reason
from reputation.queries import LedgerLine, guild_ledger, guild_totals

LINES = 25
WEEKS = 12


@login_required
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Balances per guild and every line behind them, newest first; one statement beside the frame's."""
    ids = ids_of(request.user)
    before = _number(request.GET.get("before", ""))
    page = points_page(ids, before=before, limit=LINES)
    here = reverse("contributions:points")
    return render(
        request,
        "contributions/points.html",
        {
            "holdings": page.holdings,
            "lines": _rows(page.lines, has_guilds=len(page.holdings) > 1),
            "next_url": f"{here}?before={page.next_before}" if page.next_before else "",
            "previous_url": here if before else "",
        },
    )


def _rows(lines: Sequence[EarnedLine], *, has_guilds: bool) -> SafeString:
    """The list's rows; `has_guilds` names the guild on each."""
    language, here_now = get_language(), timezone.localtime()
    hrefs = addresses("contributions:contribution", [line.work_id for line in lines])
    rows = [
        filled(
            "contributions/_point_line.html",
            {
                "href": href,
                "title": line.task_title,
                "reason": _reason(line.reason, language),
                "level": known("estimated") if line.reason == Reason.HISTORY_IMPORTED else "",
                "reviewer": line.reviewer,
                "is_judged": "yes" if line.basis == "person" else "",
                "when": time_of(line.effective_at, here_now),
                "guild": line.guild if has_guilds else "",
                "why": _why(line, language),
            },
        )
        for line, href in zip(lines, hrefs, strict=True)
    ]
    return SafeString("".join(rows))


@lru_cache(maxsize=64)
def _reason(reason: str, _language: str | None) -> str:
    return str(Reason(reason).label)


def _why(line: EarnedLine, language: str | None) -> SafeString:
    """The number of a line and the arithmetic behind it. REP and PTS move together, but for imports and vesting."""
    # Vesting moves points from waiting to available, so it changes their sum by nothing.
    value = line.rep or line.pts or line.vested
    units = "REP + PTS" if line.rep and line.rep == line.pts else "REP" if line.rep else "PTS"
    return _why_markup(line.arithmetic, value, units, language)


@lru_cache(maxsize=2048)
def _why_markup(arithmetic: str, value: int, units: str, _language: str | None) -> SafeString:
    """Kept, because it follows from these values alone (30 us a line, and people's hours are much alike)."""
    why = explain(json.loads(arithmetic))
    return tight(render_to_string("contributions/_why.html", {"value": value, "units": units, "why": why}))


@require_safe
def ledger(request: HttpRequest, slug: str) -> HttpResponse:
    """A guild's ledger as anybody may read it: kinds, weeks and sums, nobody's id."""
    guild = get_object_or_404(Guild.objects.exclude(state=Guild.State.PROPOSED), slug=slug)
    before = _day(request.GET.get("before", ""))
    lines = guild_ledger(guild.pk, before=before, weeks=WEEKS + 1)
    weeks = [(monday, list(rows)) for monday, rows in groupby(lines, key=lambda line: line.week_starts_on)]
    shown = weeks[:WEEKS]
    here = reverse("guilds:ledger", args=[guild.slug])
    return render(
        request,
        "contributions/ledger.html",
        {
            "guild": guild,
            "totals": guild_totals(guild.pk),
            "weeks": [(monday, rows[0].week, _by_reason(rows)) for monday, rows in shown],
            "next_url": f"{here}?before={shown[-1][0].isoformat()}" if len(weeks) > WEEKS else "",
            "previous_url": here if before else "",
        },
    )


@dataclass(frozen=True)
class LedgerRow:
    """One reason in one week: how often it moved points, and how many of each unit."""

    reason: str
    label: str
    transfers: int
    rep: int
    pts: int


def _by_reason(rows: Iterable[LedgerLine]) -> list[LedgerRow]:
    """REP and PTS of one reason side by side; an approval moves both, so the larger count is how often it happened."""
    found = []
    for reason, lines in groupby(rows, key=lambda line: line.reason):
        units = {line.unit: line for line in lines}
        some = next(iter(units.values()))
        amounts = {unit: line.amount for unit, line in units.items()}
        often = max(line.transfers for line in units.values())
        found.append(LedgerRow(reason, some.reason_label, often, amounts.get("REP", 0), amounts.get("PTS", 0)))
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
