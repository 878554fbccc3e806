"""One guild: what it does, who looks after it, its numbers, and the buttons of members."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Subject
from core.http import Action, perform
from guilds.forms import AskForm, GrantIdForm, OpenForm, ReasonForm, RolesForm, ThingForm
from guilds.models import Grant, Guild, Handover, JoinRequest
from guilds.permissions import check_hub_steward
from guilds.queries import OwnPart, Seat, Viewer, latest_policies, live_seats, own_part
from guilds.services import (
    accept_stewardship,
    ask_to_join,
    choose_roles,
    decline_guild,
    decline_stewardship,
    give_back_right,
    join_guild,
    leave_guild,
    open_guild,
    withdraw_join_request,
    withdraw_proposal,
)
from guilds.views.policy import policy_in_words
from guilds.views.shared import guild_for, named_members


@require_http_methods(["GET", "HEAD", "POST"])
def guild(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one guild; its buttons post here."""
    found = guild_for(request, slug)
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def _show(request: HttpRequest, guild: Guild, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    now = timezone.now()
    viewer: Viewer = guild.viewer
    seats = live_seats(guild.pk, now)
    current, coming = latest_policies(guild.pk, now)
    own = own_part(guild.pk, viewer.ids) if viewer.is_signed_in else OwnPart()
    return render(
        request,
        "guilds/guild.html",
        {
            "guild": guild,
            "viewer": viewer,
            "own": own,
            "is_proposer": guild.state == Guild.State.PROPOSED and viewer.is_person(guild.proposed_by_id),
            "rights": _by_right(seats),
            "own_seats": [seat for seat in seats if viewer.is_person(seat.subject_id)],
            "policy": current,
            "coming_policy": coming,
            "policy_facts": policy_in_words(current),
            "forms": {**_forms(guild, viewer, own), **(typed or {})},
        },
    )


def _by_right(seats: list[Seat]) -> list[tuple[str, list[Seat]]]:
    """The rights that somebody holds, the widest first, each with its holders."""
    groups = {right: [seat for seat in seats if seat.right == right] for right in ("steward", "maintainer", "reviewer")}
    return [(right, found) for right, found in groups.items() if found]


def _forms(guild: Guild, viewer: Viewer, own: OwnPart) -> dict[str, BaseForm]:
    """The forms this reader may use on this guild, empty."""
    forms: dict[str, BaseForm] = {}
    if guild.state == Guild.State.PROPOSED and viewer.is_hub_steward:
        forms |= {"open": _open_form(guild), "decline": ReasonForm(auto_id="decline-%s")}
    if guild.state == Guild.State.OPEN and viewer.is_member:
        forms["roles"] = RolesForm(initial={"roles": own.roles})
    if guild.state == Guild.State.OPEN and not viewer.is_member and guild.joining == Guild.Joining.REQUEST:
        forms["ask"] = AskForm()
    return forms


def _open_form(guild: Guild, data: QueryDict | None = None) -> OpenForm:
    form = OpenForm(data, members=named_members(guild))
    form.initial["member"] = str(guild.proposed_by_id or "")
    return form


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user.subject, "now": timezone.now()}


def _join(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    join_guild(guild=guild, **_by(request))
    return _("Welcome to %(guild)s. You can take a task now, and log hours on it.") % {"guild": guild.name}


def _ask(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    ask_to_join(guild=guild, words=values["words"], **_by(request))
    return _("Asked. A steward of %(guild)s answers, and your inbox tells you.") % {"guild": guild.name}


def _unask(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    asked = get_object_or_404(JoinRequest.objects.select_related("guild"), pk=values["thing"], guild=guild)
    withdraw_join_request(request=asked, **_by(request))
    return _("Taken back.")


def _leave(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    leave_guild(guild=guild, **_by(request))
    return _("You left %(guild)s. What you earned stays yours, and you can come back.") % {"guild": guild.name}


def _roles(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    choose_roles(guild=guild, roles=values["roles"], **_by(request))
    return _("Saved.")


def _give_back(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    grant = get_object_or_404(Grant.objects.select_related("guild"), pk=values["grant"], guild=guild)
    give_back_right(grant=grant, **_by(request))
    return _("Given back. Thank you for looking after it.")


def _accept_offer(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    offer = get_object_or_404(Handover.objects.select_related("guild"), pk=values["thing"], guild=guild)
    accept_stewardship(handover=offer, **_by(request))
    return _("You are a steward of %(guild)s now.") % {"guild": guild.name}


def _decline_offer(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    offer = get_object_or_404(Handover.objects.select_related("guild"), pk=values["thing"], guild=guild)
    decline_stewardship(handover=offer, **_by(request))
    return _("Declined. Whoever asked you stays steward.")


def _open(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    steward = get_object_or_404(Subject, pk=values["member"])
    open_guild(guild=guild, steward=steward, **_by(request))
    return _("%(guild)s is open.") % {"guild": guild.name}


def _decline(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    decline_guild(guild=guild, reason=values["reason"], **_by(request))
    return _("Declined. Whoever proposed it reads the reason, and can change the proposal.")


def _withdraw(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    withdraw_proposal(guild=guild, **_by(request))
    return _("Taken back. Change it to hand it in again.")


def _hub_stewards_only(request: HttpRequest, guild: Guild) -> None:
    check_hub_steward(request.user.subject)


def _thing(guild: Guild, data: QueryDict | None) -> ThingForm:
    return ThingForm(data)


ACTIONS = {
    "join": Action(_join),
    "ask": Action(_ask, form=lambda guild, data: AskForm(data)),
    "unask": Action(_unask, form=_thing),
    "leave": Action(_leave),
    "roles": Action(_roles, form=lambda guild, data: RolesForm(data)),
    "give_back": Action(_give_back, form=lambda guild, data: GrantIdForm(data)),
    "accept_offer": Action(_accept_offer, form=_thing),
    "decline_offer": Action(_decline_offer, form=_thing),
    "open": Action(_open, form=_open_form, check=_hub_stewards_only),
    "decline": Action(
        _decline, form=lambda guild, data: ReasonForm(data, auto_id="decline-%s"), check=_hub_stewards_only
    ),
    "withdraw": Action(_withdraw),
}
