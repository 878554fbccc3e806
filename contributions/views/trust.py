"""A guild's page of trust: what vouching means, one's own vouches and sanctions, and for stewards what they stopped."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Subject
from contributions.models import IntegrityCase
from core.errors import PermissionRefused
from core.http import Action, perform
from guilds.forms import MemberField, ThingForm
from guilds.models import Guild
from guilds.permissions import check_steward
from guilds.queries import current_policy
from guilds.views.shared import guild_for, named_members
from reputation.models import Sanction, Vouch
from reputation.queries import counting_vouches, sanctions_seen, standing_of, vouches_of
from reputation.rules.trust import SANCTION_DAYS_MOST, VOUCHES_ENOUGH
from reputation.services import lift_sanction, put_sanction, vouch_for, withdraw_vouch

SHOWN = 50
_REASON = {
    "max_length": 600,
    "widget": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    "error_messages": {"required": gettext_lazy("Please say why, in a sentence that they will read.")},
}


class VouchForm(forms.Form):
    """For whom."""

    member = MemberField(label=gettext_lazy("Whom do you know?"))

    def __init__(self, data: QueryDict | None = None, *, members: list[tuple[UUID, str]]) -> None:
        super().__init__(data)
        self.fields["member"].offer(members)  # type: ignore[attr-defined]


class SanctionForm(VouchForm):
    """Whom a steward stops from what, until when, and why."""

    member = MemberField(label=gettext_lazy("Member"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What they may not do"),
        choices=Sanction.Kind.choices,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"), min_value=1, max_value=SANCTION_DAYS_MOST - 1, initial=30
    )
    reason = forms.CharField(label=gettext_lazy("Why? They read this."), **_REASON)
    case = forms.UUIDField(required=False, widget=forms.HiddenInput)


class LiftForm(ThingForm):
    """Which one ends early, and why."""

    reason = forms.CharField(label=gettext_lazy("Why? They read this."), **_REASON)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trust(request: HttpRequest, slug: str) -> HttpResponse:
    """The page, for members and stewards; its buttons post here."""
    guild = guild_for(request, slug)
    if not guild.viewer.sees_names:
        raise PermissionRefused(_("Only members of %(guild)s see this page.") % {"guild": guild.name})
    if request.method == "POST":
        return perform(request, guild, _ACTIONS, _show)
    return _show(request, guild)


def _show(request: HttpRequest, guild: Guild, typed: dict[str, forms.BaseForm] | None = None) -> HttpResponse:
    now, viewer = timezone.now(), guild.viewer
    members, ids, typed = named_members(guild), list(viewer.ids), typed or {}
    names = dict(members)
    mine = list(vouches_of(ids, guild.pk))
    counting = set(counting_vouches(guild.pk, now).filter(subject_id__in=ids).values_list("pk", flat=True))
    sanctions = list(sanctions_seen(guild.pk, None if viewer.is_steward else ids)[:SHOWN])
    for one in sanctions:
        one.is_over = one.lifted_at is not None or one.ends_at <= now
        one.is_mine = one.subject_id in ids
    enough = current_policy(guild.pk, now).vouch_standing
    standing = standing_of(ids, guild.pk, now) if viewer.is_member else 0
    stopped = next((one for one in sanctions if one.is_mine and one.kind == "vouching" and not one.is_over), None)
    forms_shown = {
        "vouch": VouchForm(members=members),
        "stop": SanctionForm(members=members),
        "lift": None,
        **typed,
    }
    forms_shown["stop"].fields["case"].initial = _case_id(request)  # type: ignore[union-attr]
    context = {
        "guild": guild,
        "viewer": viewer,
        "given": [(one, names.get(one.subject_id, "")) for one in mine if one.voucher_id in ids],
        "got": [(one, names.get(one.voucher_id, ""), one.pk in counting) for one in mine if one.voucher_id not in ids],
        "counting": len(counting),
        "enough_vouches": VOUCHES_ENOUGH,
        "standing": standing,
        "enough": enough,
        "may_vouch": viewer.is_member and guild.state == Guild.State.OPEN and standing >= enough and not stopped,
        "own": [one for one in sanctions if one.is_mine and not one.is_over],
        "sanctions": [one for one in sanctions if not one.is_mine] if viewer.is_steward else [],
        "forms": forms_shown,
    }
    return render(request, "contributions/trust.html", context)


def _case_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("case", ""))
    except ValueError:
        return None


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user.subject, "now": timezone.now()}


def _vouch(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    vouch_for(guild=guild, subject=get_object_or_404(Subject, pk=values["member"]), **_by(request))
    return _("Thank you. They are told that a member vouches for them.")


def _withdraw(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    withdraw_vouch(vouch=get_object_or_404(Vouch, pk=values["thing"], guild=guild), **_by(request))
    return _("Taken back. You can vouch for them again at any time.")


def _stop(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    put_sanction(
        guild=guild,
        subject=get_object_or_404(Subject, pk=values["member"]),
        kind=values["kind"],
        reason=values["reason"],
        ends_at=after_days(guild, values["days"]),
        **case_of(guild, values["case"]),
        **_by(request),
    )
    return _("Done. They are told what it means, until when, and whom to ask.")


def _lift(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    found = get_object_or_404(Sanction, pk=values["thing"], guild=guild)
    lift_sanction(sanction=found, reason=values["reason"], **_by(request))
    return _("Lifted. They are told, and read the reason.")


def after_days(guild: Guild, days: int) -> datetime:
    """The midnight after so many days in the guild's zone."""
    zone = ZoneInfo(guild.timezone)
    day = timezone.now().astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), zone)


def case_of(guild: Guild, case_id: UUID | None) -> dict[str, Any]:
    """A case of the guild and its people, as `put_sanction` takes them; raises Http404 for another guild's."""
    if case_id is None:
        return {}
    case = get_object_or_404(IntegrityCase, pk=case_id, guild=guild)
    return {"case_id": case.pk, "parties": set(case.subjects)}


def _steward(request: HttpRequest, guild: Guild) -> None:
    check_steward(request.user.subject, guild, timezone.now())


def _to_trust(guild: Guild, values: dict[str, Any]) -> str:
    return reverse("contributions:trust", args=[guild.slug])


_ACTIONS = {
    "vouch": Action(_vouch, form=lambda guild, data: VouchForm(data, members=named_members(guild)), then=_to_trust),
    "withdraw": Action(_withdraw, form=lambda guild, data: ThingForm(data), then=_to_trust),
    "stop": Action(
        _stop,
        form=lambda guild, data: SanctionForm(data, members=named_members(guild)),
        check=_steward,
        then=_to_trust,
    ),
    "lift": Action(
        _lift, form=lambda guild, data: LiftForm(data, auto_id="id_lift_%s"), check=_steward, then=_to_trust
    ),
}
