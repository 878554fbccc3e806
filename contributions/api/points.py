"""Points over the API: what you have, every line behind it, and a guild's public ledger."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.request import Request

from contributions.api.shapes import (
    BalancesShape,
    LedgerQuery,
    LedgerShape,
    PointLineShape,
)
from contributions.queries.sources import Sources, line_sources
from contributions.views.arithmetic import explain
from core.api.endpoints import PUBLIC, Endpoint, reads
from core.api.paging import Listing, Order, big_number
from guilds.api.reach import guild_for, own_ids
from guilds.models import Guild
from reputation.queries import PointLine, balances_by_guild, guild_ledger, guild_totals, point_lines

_BY_POSTING = Order(("-sequence",), (big_number,))


class Balances(Endpoint):
    """What you have."""

    @reads("read_balances", BalancesShape)
    def get(self, request: Request) -> dict[str, Any]:
        """Read what you have in each guild: reputation, and points waiting, available, held and owed."""
        found = balances_by_guild(own_ids(request))
        slugs = dict(Guild.objects.filter(pk__in=found).values_list("pk", "slug"))
        kinds = ("rep", "pts_pending", "pts_available", "pts_held", "pts_debt")
        return {
            "balances": [
                {"guild": slugs.get(pk, ""), **{kind: getattr(held, kind) for kind in kinds}}
                for pk, held in found.items()
            ]
        }


class Points(Endpoint):
    """Every line behind them."""

    @reads("list_points", PointLineShape, order=_BY_POSTING)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List every line that moved your points, with its arithmetic, in the order of posting, the newest first."""
        ids = own_ids(request)
        before = values["after"][0] if values["after"] else None
        found = point_lines(ids, before=before, limit=values["limit"])
        sources = line_sources(
            ids,
            works=[line.source_id for line in found.lines if line.source_kind == "contribution"],
            reviews=[line.source_id for line in found.lines if line.source_kind == "review"],
            guilds=[],
        )
        slugs = dict(Guild.objects.filter(pk__in={line.guild_id for line in found.lines}).values_list("pk", "slug"))
        rows = [_line(line, sources, slugs.get(line.guild_id, "")) for line in found.lines]
        return Listing(rows, (found.next_before,) if found.next_before else None)


class Ledger(Endpoint):
    """What a guild has given."""

    @reads("read_ledger", LedgerShape, scope=PUBLIC, query=LedgerQuery)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> dict[str, Any]:
        """Read a guild's public ledger: kinds, weeks and sums, nobody's id."""
        guild = guild_for(request, slug)
        if guild.state == Guild.State.PROPOSED:
            raise Http404
        weeks = values["weeks"]
        lines = guild_ledger(guild.pk, before=values.get("before"), weeks=weeks + 1)
        mondays = list(dict.fromkeys(line.week_starts_on for line in lines))
        shown = [line for line in lines if line.week_starts_on in mondays[:weeks]]
        totals = guild_totals(guild.pk)
        return {
            "issued": totals.issued,
            "held": totals.held,
            "lines": shown,
            "before": mondays[weeks - 1] if len(mondays) > weeks else None,
        }


def _line(line: PointLine, sources: Sources, guild: str) -> dict[str, Any]:
    source = sources.by_id.get(line.source_id)
    copied = ("reason", "rep", "pts", "changes", "balances_after", "policy_version", "arithmetic")
    return {
        **{name: getattr(line, name) for name in (*copied, "effective_at", "posted_at")},
        "guild": guild,
        "contribution": source.contribution_id if source else None,
        "task_title": source.task_title if source else "",
        "says": explain(line.arithmetic).sentence,
    }
