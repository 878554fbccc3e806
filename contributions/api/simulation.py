"""Trying the draft of a guild's rules on its past, over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.queries import display_names
from contributions.models import PolicySimulation
from contributions.queries.simulation import in_force_of
from contributions.rules_simulated import Counted
from contributions.services.simulation import DEFAULT_DAYS, is_up_to_date, simulate_policy_draft
from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import FlagField
from core.api.shapes import Shape
from guilds.api.drafts import open_draft
from guilds.models import Policy, PolicyDraft

SCOPE = "guilds:write"
PEOPLE_TOLD = 100


class PeriodShape(Shape):
    """The first day to try it on, in the guild's zone (without it: 365 days ago); or the whole past."""

    since = serializers.DateField(required=False)
    is_everything = FlagField(required=False, default=False)


class ThresholdShape(Shape):
    """How many people's standing is enough for a right, of the work of the period."""

    right = serializers.ChoiceField(choices=["vote", "vouch", "review"])
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class PersonChangeShape(Shape):
    """One person's points of the period, in force and under the draft."""

    person = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    difference = serializers.IntegerField()


class SimulationResultShape(Shape):
    """What the draft would have brought. `unlike_ledger` above 0: the replay is not what was posted, so trust no number."""

    verdicts = serializers.IntegerField()
    unlike_ledger = serializers.IntegerField()
    points_before = serializers.IntegerField()
    points_after = serializers.IntegerField()
    spendable_before = serializers.IntegerField()
    spendable_after = serializers.IntegerField()
    gain = serializers.IntegerField()
    lose = serializers.IntegerField()
    same = serializers.IntegerField()
    up_to = serializers.DateTimeField(allow_null=True, help_text="When the last verdict in it was given.")
    thresholds = ThresholdShape(many=True)
    people = PersonChangeShape(many=True, help_text="The hundred with the largest change.")


class PolicySimulationShape(Shape):
    """A simulation of a draft. It is of the draft as it stands only while `is_up_to_date`."""

    state = serializers.ChoiceField(choices=PolicySimulation.State.choices)
    since = serializers.DateField(allow_null=True, help_text="Null: the whole past.")
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    verdicts_done = serializers.IntegerField()
    verdicts_total = serializers.IntegerField()
    is_up_to_date = serializers.BooleanField()
    result = SimulationResultShape(allow_null=True)


class Simulating(Endpoint):
    """What a draft would have brought on the guild's past."""

    @reads("read_policy_simulation", PolicySimulationShape)
    def get(self, request: Request, slug: str) -> dict[str, Any]:
        """Read how far the simulation of the open draft is, and what it found. For stewards of the guild."""
        draft = open_draft(request, slug)
        row = PolicySimulation.objects.filter(draft=draft).first()
        if row is None:
            raise Http404
        return _shown(row, draft)

    @writes("simulate_policy_draft", scope=SCOPE, body=PeriodShape, answer=PolicySimulationShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> dict[str, Any]:
        """Try the open draft on the guild's past: at once, or in the background where the past is long. Changes no points."""
        draft, now = open_draft(request, slug), timezone.now()
        year_ago = timezone.localdate(now, ZoneInfo(draft.guild.timezone)) - timedelta(days=DEFAULT_DAYS)
        since = None if values["is_everything"] else values.get("since", year_ago)
        row = simulate_policy_draft(draft=draft, by=request.user.subject, since=since, now=now)
        return _shown(row, draft)


def _shown(row: PolicySimulation, draft: PolicyDraft) -> dict[str, Any]:
    in_force = in_force_of(Policy.objects.filter(guild=draft.guild), timezone.now())
    fields = ("state", "since", "asked_at", "finished_at", "verdicts_done", "verdicts_total")
    result = _told(Counted.from_json(row.result)) if row.result is not None else None
    told = {name: getattr(row, name) for name in fields}
    return {**told, "is_up_to_date": is_up_to_date(row, draft, in_force), "result": result}


def _told(found: Counted) -> dict[str, Any]:
    shown = found.people[:PEOPLE_TOLD]
    names = display_names(row.person for row in shown)
    people = [
        {"person": row.person, "name": names.get(row.person, ""), "before": row.before, "after": row.after,
         "difference": row.difference}
        for row in shown
    ]  # fmt: skip
    return {**vars(found), "people": people}
