"""What points are and where they came from: a person's own lines, and a guild's public ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.queries import ids_of
from contributions.queries.sources import LineSource, Sources, line_sources
from contributions.views.arithmetic import Explanation, explain
from guilds.models import Guild
from reputation.queries import (
    LedgerLine,
    PointLine,
    balances_by_guild,
    guild_ledger,
    guild_totals,
    point_lines,
)

LINES = 25
WEEKS = 12


@dataclass(frozen=True)
class ExplainedLine:
    """One ledger line with what it came from (None: gone or of an app since removed) and its arithmetic in words."""

    line: PointLine
    source: LineSource | None
    why: Explanation
    guild: str

    @property
    def units(self) -> str:
        """REP and PTS move together by the same amount, but for imports and vesting."""
        return "REP + PTS" if self.line.rep == self.line.pts else "REP" if self.line.rep else "PTS"

    @property
    def value(self) -> int:
        # Vesting moves points from waiting to available, so it changes their sum by nothing.
        return self.line.rep or self.line.pts or self.line.changes.get("pts_available", 0)


@login_required
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Balances per guild and every line behind them, newest first; four statements beside the frame's."""
    ids = ids_of(request.user)
    before = _number(request.GET.get("before", ""))
    page = point_lines(ids, before=before, limit=LINES)
    balances = balances_by_guild(ids)
    sources = _sources(ids, page.lines, balances)
    here = reverse("contributions:points")
    return render(
        request,
        "contributions/points.html",
        {
            "balances": [(sources.guilds.get(guild, ""), held) for guild, held in balances.items()],
            "lines": [_explained(line, sources) for line in page.lines],
            "next_url": f"{here}?before={page.next_before}" if page.next_before else "",
            "previous_url": here if before else "",
        },
    )


def _sources(ids: Sequence[UUID], lines: Sequence[PointLine], guilds: Iterable[UUID]) -> Sources:
    return line_sources(
        ids,
        works=[line.source_id for line in lines if line.source_kind == "contribution"],
        reviews=[line.source_id for line in lines if line.source_kind == "review"],
        guilds={*guilds, *(line.guild_id for line in lines)},
    )


def _explained(line: PointLine, sources: Sources) -> ExplainedLine:
    return ExplainedLine(
        line=line,
        source=sources.by_id.get(line.source_id),
        why=explain(line.arithmetic),
        guild=sources.guilds.get(line.guild_id, ""),
    )


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
            "weeks": [(rows[0].week, _by_reason(rows)) for _monday, rows in shown],
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
