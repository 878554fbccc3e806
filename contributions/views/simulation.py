"""Trying changed numbers on a guild's own past, for its stewards. A GET: nothing is stored and nothing is applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.queries import display_names
from contributions.models import PolicySimulation
from contributions.queries.simulation import Explained, PastTooLong, Simulation, in_force_of, simulate
from contributions.rules_simulated import Counted
from contributions.services.simulation import AT_ONCE_MOST, DEFAULT_DAYS, first_moment
from contributions.views.arithmetic import explain
from core.errors import DomainError
from core.formats import format_number
from guilds.forms import PolicyForm
from guilds.models import Guild, Policy, PolicyNumbers
from guilds.permissions import check_guild_open, check_steward
from guilds.services import draft_policy
from guilds.views.policy import changes_in_words
from guilds.views.shared import guild_for

PEOPLE_SHOWN = 100
PIECES_MOST = 100


class TryForm(PolicyForm):
    """The numbers to try, and the first day of the past to try them on."""

    since = forms.DateField(
        label=gettext_lazy("From which day on?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: from the guild's first day."),
    )

    def __init__(self, data: object = None, *, numbers: PolicyNumbers, today: date) -> None:
        super().__init__(data, numbers=numbers)
        self.initial["since"] = today - timedelta(days=DEFAULT_DAYS)
        self.order_fields(["since"])


@login_required
@require_safe
def try_policy(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; with numbers in the address also what they would have changed: totals, people; or one person's pieces."""
    guild, now = steward_guild(request, slug), timezone.now()
    policies = list(Policy.objects.filter(guild=guild).order_by("version"))
    today = timezone.localdate(now, ZoneInfo(guild.timezone))
    asked = _asked(request, guild)
    form = TryForm(asked, numbers=policies[-1], today=today)
    page: dict[str, object] = {"guild": guild, "form": form}
    if asked is not None and form.is_valid():
        page |= _tried(asked, form, guild, policies, now)
    return render(request, "contributions/try_policy.html", page)


def steward_guild(request: HttpRequest, slug: str) -> Guild:
    """An open guild of which the reader is a steward; raises PermissionRefused."""
    guild = guild_for(request, slug)
    check_guild_open(guild)
    if not guild.viewer.is_steward:
        check_steward(request.user.subject, guild, timezone.now())
    return guild


def _asked(request: HttpRequest, guild: Guild) -> QueryDict | None:
    """The numbers in the address; with `draft=1` those that the guild's open draft was counted for last. None: neither."""
    if "points_per_hour" in request.GET:
        return request.GET
    row = None
    if "draft" in request.GET:
        row = PolicySimulation.objects.filter(draft__guild=guild, draft__state="open").defer("result").first()
    if row is None:
        return None
    asked = QueryDict(mutable=True)
    asked.update({**row.numbers, "since": row.since.isoformat() if row.since else ""})
    asked["person"] = request.GET.get("person", "")
    return asked


def _tried(asked: QueryDict, form: TryForm, guild: Guild, policies: list[Policy], now: datetime) -> dict[str, Any]:
    numbers = dict(form.cleaned_data)
    day, person = numbers.pop("since"), _person(asked.get("person", ""))
    try:
        draft = draft_policy(policies[-1], **numbers)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return {}
    query = asked.copy()
    query.pop("person", None)
    page = {"words": changes_in_words(in_force_of(policies, now), draft), "query": query.urlencode()}
    since = first_moment(guild, day)
    try:
        found = simulate(guild, draft, now=now, since=since, person=person, policies=policies, at_most=AT_ONCE_MOST)
    except PastTooLong:
        return {**page, "is_large": True}
    return {**page, **(_one_person(found, person) if person else result_shown(found.counted()))}


def result_shown(found: Counted, *, also: Iterable[UUID] = ()) -> dict[str, Any]:
    """What `_simulated.html` shows of a result: names beside ids, rights in words. One statement, `also` for these names."""
    shown = found.people[:PEOPLE_SHOWN]
    names = display_names({row.person for row in shown} | set(also))
    return {
        "found": found,
        "names": names,
        "rows": [(names.get(row.person, _("somebody without a name")), row) for row in shown],
        "more": found.gain + found.lose - len(shown),
        "rights": _rights(found),
    }


def _rights(found: Counted) -> list[tuple[str, str]]:
    words = {"vote": _("People whose standing lets them vote"), "vouch": _("… vouch"), "review": _("… review")}
    return [
        (words[row.right], _("%(old)s → %(new)s") % {"old": format_number(row.before), "new": format_number(row.after)})
        for row in found.thresholds
    ]


def _one_person(found: Simulation, person: UUID) -> dict[str, Any]:
    """One person's points and pieces under both; the newest pieces first."""
    change = next(iter(found.changes), None)
    if change is None:
        return {"is_nobody": True}
    newest: list[Explained] = found.explained[-PIECES_MOST:][::-1]
    names: Mapping[UUID, str] = display_names([person])
    return {
        "change": change,
        "person_name": names.get(person, _("somebody without a name")),
        "pieces": [(piece, explain(piece.before), explain(piece.after)) for piece in newest],
    }


def _person(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
