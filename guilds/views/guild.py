"""One guild: what it does, who looks after it, its numbers, and the buttons of members and stewards."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Subject
from core.http import Action, perform
from guilds.forms import GrantForm, OpenForm, RevokeForm
from guilds.models import Grant, Guild
from guilds.permissions import check_hub_steward, check_steward
from guilds.queries import Seat, Viewer, guild_pages, latest_policies, live_seats, members_of, viewer_in
from guilds.services import grant_right, join_guild, leave_guild, open_guild, revoke_right
from guilds.views.policy import policy_in_words


@require_http_methods(["GET", "HEAD", "POST"])
def guild(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one guild; its buttons post here."""
    found = get_object_or_404(guild_pages(), slug=slug)
    viewer = viewer_in(request.user, found.pk, timezone.now())
    if found.state == Guild.State.PROPOSED and not (viewer.is_member or viewer.is_hub_steward):
        raise Http404
    found.viewer = viewer
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def _show(request: HttpRequest, guild: Guild, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    now = timezone.now()
    viewer: Viewer = guild.viewer
    seats = live_seats(guild.pk, now)
    current, coming = latest_policies(guild.pk, now)
    return render(
        request,
        "guilds/guild.html",
        {
            "guild": guild,
            "viewer": viewer,
            "rights": _by_right(seats),
            "policy": current,
            "coming_policy": coming,
            "policy_facts": policy_in_words(current),
            "forms": {**_forms(guild, viewer), **(typed or {})},
        },
    )


def _by_right(seats: list[Seat]) -> list[tuple[str, list[Seat]]]:
    """The rights that somebody holds, the widest first, each with its holders."""
    groups = {right: [seat for seat in seats if seat.right == right] for right in ("steward", "maintainer", "reviewer")}
    return [(right, found) for right, found in groups.items() if found]


def _forms(guild: Guild, viewer: Viewer) -> dict[str, BaseForm]:
    """The forms this reader may use on this guild, empty."""
    if viewer.is_steward and guild.state == Guild.State.OPEN:
        return {"grant": _grant_form(guild)}
    if viewer.is_hub_steward and guild.state == Guild.State.PROPOSED:
        return {"open": _open_form(guild)}
    return {}


def _grant_form(guild: Guild, data: QueryDict | None = None) -> GrantForm:
    return GrantForm(data, guild=guild, members=_named(guild))


def _open_form(guild: Guild, data: QueryDict | None = None) -> OpenForm:
    return OpenForm(data, members=_named(guild))


def _named(guild: Guild) -> list[tuple[UUID, str]]:
    """Members but the reader, with a name to choose them by."""
    rows = [row for row in members_of(guild.pk) if row.subject_id not in guild.viewer.ids]
    nameless = _("member since %(day)s, gave no name")
    return [(row.subject_id, row.name or nameless % {"day": date_format(row.joined_at, "DATE_FORMAT")}) for row in rows]


def _join(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    join_guild(guild=guild, by=request.user.subject, now=timezone.now())
    return _("Welcome to %(guild)s. You can take a task now, and log hours on it.") % {"guild": guild.name}


def _leave(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    leave_guild(guild=guild, by=request.user.subject, now=timezone.now())
    return _("You left %(guild)s. What you earned stays yours, and you can come back.") % {"guild": guild.name}


def _open(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    steward = get_object_or_404(Subject, pk=values["member"])
    open_guild(guild=guild, steward=steward, by=request.user.subject, now=timezone.now())
    return _("%(guild)s is open.") % {"guild": guild.name}


def _grant(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    now: datetime = timezone.now()
    subject = get_object_or_404(Subject, pk=values["member"])
    grant_right(
        guild=guild, subject=subject, right=values["right"], by=request.user.subject, now=now, until=values["ends_at"]
    )
    return _("Given: they can use it from now on.")


def _revoke(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    grant = get_object_or_404(Grant.objects.select_related("guild"), pk=values["grant"], guild=guild)
    revoke_right(grant=grant, by=request.user.subject, now=timezone.now())
    return _("Taken back.")


def _stewards_only(request: HttpRequest, guild: Guild) -> None:
    check_steward(request.user.subject, guild, timezone.now())


def _hub_stewards_only(request: HttpRequest, guild: Guild) -> None:
    check_hub_steward(request.user.subject)


ACTIONS = {
    "join": Action(_join),
    "leave": Action(_leave),
    "open": Action(_open, form=_open_form, check=_hub_stewards_only),
    "grant": Action(_grant, form=_grant_form, check=_stewards_only),
    "revoke": Action(_revoke, form=lambda guild, data: RevokeForm(data), check=_stewards_only),
}
