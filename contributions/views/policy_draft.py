"""The draft of a guild's next rules: its stewards change it, try it on the past, publish it with a reason, or put it away."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import display_names
from contributions.models import PolicySimulation
from contributions.queries.simulation import in_force_of
from contributions.rules_simulated import Counted
from contributions.services.simulation import DEFAULT_DAYS, draft_of, is_up_to_date, simulate_policy_draft
from contributions.views.simulation import result_shown, steward_guild
from core.http import Action, perform
from core.meanwhile import words_of
from core.text import words_mark
from guilds.forms import DraftForm, PublishForm, ThingForm
from guilds.models import Guild, Policy, PolicyDraft
from guilds.services import discard_policy_draft, publish_policy_draft, save_policy_draft
from guilds.services.drafts import DRAFT_FIELDS
from guilds.views.policy import changes_in_words


class PeriodForm(ThingForm):
    """On which past a draft is tried."""

    period = forms.ChoiceField(
        label=gettext_lazy("On which past?"),
        choices=[("year", gettext_lazy("the last 365 days")), ("all", gettext_lazy("everything since the first day"))],
        initial="year",
        widget=forms.RadioSelect,
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def policy_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The page; its buttons post here. Numbers in the address are offered in the form, and not kept until it is sent."""
    guild = steward_guild(request, slug)
    if request.method == "POST":
        return perform(request, guild, _ACTIONS, _show)
    return _show(request, guild)


@login_required
@never_cache
@require_safe
def policy_draft_progress(request: HttpRequest, slug: str) -> HttpResponse:
    """How far counting is, for `progress.js`."""
    guild = steward_guild(request, slug)
    row = PolicySimulation.objects.filter(draft__guild=guild, draft__state="open").defer("result").first()
    if row is None:
        raise Http404
    finished = row.state in (PolicySimulation.State.DONE, PolicySimulation.State.FAILED)
    here = {"message": _state_words(row), "finished": finished, "next": reverse("guilds:policy_draft", args=[slug])}
    return JsonResponse({"done": row.verdicts_done, "total": row.verdicts_total, **here})


def _show(request: HttpRequest, guild: Guild, typed: dict[str, Any] | None = None) -> HttpResponse:
    now, draft = timezone.now(), _open_draft(guild)
    policies = list(Policy.objects.filter(guild=guild).order_by("version"))
    latest, typed = policies[-1], typed or {}
    seen = words_mark(words_of(draft, DRAFT_FIELDS)) if draft else ""
    page: dict[str, Any] = {
        "guild": guild,
        "draft": draft,
        "latest": latest,
        "form": _draft_form(request, draft, latest, seen, typed.get("save")),
        "is_changing": draft is None or "save" in typed or "points_per_hour" in request.GET,
    }
    if draft is not None:
        page |= {
            "words": changes_in_words(latest, draft),
            "publish": typed.get("publish") or PublishForm(today=_today(guild, now), seen=seen, thing=draft.pk),
            "period": typed.get("simulate") or _period_form(draft),
            "is_outdated": draft.based_on != latest.version,
            "names": {},
            **_simulation_shown(draft, policies, now),
        }
        page["saved_by"] = (page["names"] or display_names([draft.saved_by_id])).get(draft.saved_by_id, "")
    return render(request, "contributions/policy_draft.html", page)


def _open_draft(guild: Guild) -> PolicyDraft | None:
    """With its simulation, in one statement."""
    return PolicyDraft.objects.filter(guild=guild, state="open").select_related("simulation").first()


def _draft_form(
    request: HttpRequest, draft: PolicyDraft | None, latest: Policy, seen: str, typed: DraftForm | None
) -> DraftForm:
    """What was typed, beside the draft as it stands now; else the draft, or the numbers that the address offers."""
    if typed is not None:
        typed.data = typed.data.copy()
        typed.data["seen"] = seen
        return typed
    form = DraftForm(numbers=draft or latest, reason=draft.reason if draft else "", seen=seen)
    form.initial.update({name: request.GET[name] for name in form.fields if name in request.GET and name != "seen"})
    return form


def _period_form(draft: PolicyDraft) -> PeriodForm:
    """The past that was chosen last."""
    row: PolicySimulation | None = getattr(draft, "simulation", None)
    return PeriodForm(initial={"thing": draft.pk, "period": "all" if row and row.since is None else "year"})


def _simulation_shown(draft: PolicyDraft, policies: list[Policy], now: datetime) -> dict[str, Any]:
    row: PolicySimulation | None = getattr(draft, "simulation", None)
    if row is None:
        return {}
    shown: dict[str, Any] = {"simulation": row, "state_words": _state_words(row)}
    if row.result is None:
        return shown
    against = next(policy for policy in policies if policy.version == row.against)
    return {
        **shown,
        **result_shown(Counted.from_json(row.result), also=[draft.saved_by_id]),
        "query": "draft=1",
        "is_old": not is_up_to_date(row, draft, in_force_of(policies, now)),
        "counted_words": changes_in_words(against, draft_of(draft.guild, row.numbers)),
    }


def _state_words(row: PolicySimulation) -> str:
    if row.state == PolicySimulation.State.WAITING:
        return _("It waits for its turn. You can leave this page; nothing is lost.")
    if row.state == PolicySimulation.State.COUNTING:
        return _("It is being counted. You can leave this page; nothing is lost.")
    return ""


def _today(guild: Guild, now: datetime) -> date:
    return timezone.localdate(now, ZoneInfo(guild.timezone))


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user.subject, "now": timezone.now()}


def _found(guild: Guild, values: dict[str, Any]) -> PolicyDraft:
    """The draft that the button stood beside; the service says so if it was closed meanwhile."""
    return get_object_or_404(PolicyDraft.objects.select_related("guild"), guild=guild, pk=values["thing"])


def _save(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    save_policy_draft(guild=guild, **values, **_by(request))
    return _("Kept as the draft. The rules are as they were.")


def _discard(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    discard_policy_draft(draft=_found(guild, values), **_by(request))
    return _("Put away. The rules are as they were.")


def _simulate(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    by = _by(request)
    since = _today(guild, by["now"]) - timedelta(days=DEFAULT_DAYS) if values["period"] == "year" else None
    row = simulate_policy_draft(draft=_found(guild, values), since=since, **by)
    if row.state == PolicySimulation.State.DONE:
        return _("Counted. Nobody's points changed.")
    return _("It is being counted. This page shows the result when it is ready.")


def _publish(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    by = _by(request)
    midnight = datetime.combine(values["effective_on"], time(), ZoneInfo(guild.timezone))
    latest = Policy.objects.filter(guild=guild).latest("version")
    starts = max(by["now"], midnight, latest.effective_at)
    publish_policy_draft(draft=_found(guild, values), effective_at=starts, seen=values["seen"], **by)
    return _("Published. It never applies backwards.")


def _draft(guild: Guild, data: QueryDict | None) -> DraftForm:
    return DraftForm(data, numbers=Policy.objects.filter(guild=guild).latest("version"))


def _to_draft(guild: Guild, values: dict[str, Any]) -> str:
    return reverse("guilds:policy_draft", args=[guild.slug])


def _to_rules(guild: Guild, values: dict[str, Any]) -> str:
    return reverse("guilds:policy", args=[guild.slug])


_ACTIONS = {
    "save": Action(_save, form=_draft, then=_to_draft),
    "simulate": Action(_simulate, form=lambda guild, data: PeriodForm(data), then=_to_draft),
    "publish": Action(
        _publish, form=lambda guild, data: PublishForm(data, today=_today(guild, timezone.now())), then=_to_rules
    ),
    "discard": Action(_discard, form=lambda guild, data: ThingForm(data), then=_to_rules),
}
