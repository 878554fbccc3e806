"""Trying changed numbers on a guild's own past, for its stewards. A GET: nothing is stored and nothing is applied."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.queries import display_names
from contributions.models import Contribution, Review
from contributions.queries.simulation import Explained, Simulation, simulate
from contributions.views.arithmetic import explain
from core.errors import DomainError
from guilds.forms import PolicyForm
from guilds.models import Guild, Policy
from guilds.permissions import check_can_edit_guild
from guilds.queries import current_policy
from guilds.services import draft_policy
from guilds.views.policy import changes_in_words
from guilds.views.shared import guild_for

#: Beyond so many verdicts the page would keep its reader waiting; the command has no such limit.
VERDICTS_MOST = 5000
PEOPLE_MOST = 100
PIECES_MOST = 100


class TryForm(PolicyForm):
    """The numbers to try, and the first day of the past to try them on."""

    since = forms.DateField(
        label=gettext_lazy("From which day on?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: from the guild's first day."),
    )

    def __init__(self, data: object = None, *, latest: Policy, today: date) -> None:
        super().__init__(data, latest=latest, today=today)
        del self.fields["effective_on"]
        self.order_fields(["since"])


@login_required
@require_safe
def try_policy(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; with numbers in the address also what they would have changed: totals, people, one person's pieces."""
    guild, now = guild_for(request, slug), timezone.now()
    check_can_edit_guild(request.user.subject, guild, now)
    latest = Policy.objects.filter(guild=guild).latest("version")
    zone = ZoneInfo(guild.timezone)
    is_asked = "points_per_hour" in request.GET
    form = TryForm(request.GET if is_asked else None, latest=latest, today=timezone.localdate(now, zone))
    page: dict[str, object] = {"guild": guild, "form": form}
    if is_asked and form.is_valid():
        if Review.objects.filter(contribution__guild=guild)[: VERDICTS_MOST + 1].count() > VERDICTS_MOST:
            page["is_large"] = True
        else:
            page |= _tried(request, form, guild, latest, now, zone)
    return render(request, "contributions/try_policy.html", page)


def _tried(
    request: HttpRequest, form: TryForm, guild: Guild, latest: Policy, now: datetime, zone: ZoneInfo
) -> dict[str, object]:
    numbers = dict(form.cleaned_data)
    day, person = numbers.pop("since"), _person(request.GET.get("person", ""))
    try:
        draft = draft_policy(latest, **numbers)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return {}
    since = datetime.combine(day, time(), zone) if day else None
    found = simulate(guild, draft, now=now, since=since, explain=person)
    shown = [change for change in found.changes if change.difference][:PEOPLE_MOST]
    names = display_names({change.person for change in shown} | ({person} if person else set()))
    query = request.GET.copy()
    query.pop("person", None)
    return {
        "found": found,
        "difference": found.points_after - found.points_before,
        "words": changes_in_words(current_policy(guild.pk, now), draft),
        "rows": [(names.get(change.person, _("somebody without a name")), change) for change in shown],
        "rights": _rights(found),
        "query": query.urlencode(),
        "person_name": names.get(person, _("somebody without a name")) if person else "",
        "pieces": _pieces(found.explained) if person else [],
    }


def _rights(found: Simulation) -> list[tuple[str, str]]:
    words = {"vote": _("People whose standing lets them vote"), "vouch": _("… vouch"), "review": _("… review")}
    return [
        (words[threshold.right], _("%(old)s → %(new)s") % {"old": threshold.before, "new": threshold.after})
        for threshold in found.thresholds
    ]


def _pieces(explained: list[Explained]) -> list[tuple[Contribution, Explained, object, object]]:
    """The newest pieces of one person, each with its arithmetic before and after, in words."""
    newest = explained[-PIECES_MOST:][::-1]
    works = Contribution.objects.select_related("task").in_bulk([piece.contribution for piece in newest])
    return [(works[piece.contribution], piece, explain(piece.before), explain(piece.after)) for piece in newest]


def _person(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
