"""Looking after a guild: who asks to join, links, rights, handing over, closing. For stewards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.door.again import pressed, sure
from accounts.models import Subject
from core.http import Action, attempt, perform
from guilds.forms import (
    AnswerForm,
    GrantForm,
    GrantIdForm,
    HandoverForm,
    InviteForm,
    JoiningForm,
    ReasonForm,
    ThingForm,
)
from guilds.models import Closing, Grant, Guild, Handover, InviteLink, JoinRequest
from guilds.permissions import check_steward
from guilds.queries import live_links, live_seats, waiting_requests
from guilds.services import (
    answer_join_request,
    change_joining,
    confirm_closing,
    grant_right,
    make_invite,
    offer_stewardship,
    propose_closing,
    revoke_invite,
    revoke_right,
    withdraw_closing,
    withdraw_stewardship,
)
from guilds.views.shared import guild_for, named_members


@login_required
@never_cache
@sure(when=pressed("grant", "offer", "close", "confirm_close"))
@require_http_methods(["GET", "HEAD", "POST"])
def care(request: HttpRequest, slug: str) -> HttpResponse:
    """The page; its buttons post here."""
    found = guild_for(request, slug)
    if not found.viewer.is_steward:
        check_steward(request.user.subject, found, timezone.now())
    if request.method == "POST" and request.POST.get("do") == "invite":
        return _invite(request, found)
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


def _show(
    request: HttpRequest, guild: Guild, typed: dict[str, BaseForm] | None = None, new_link: str = ""
) -> HttpResponse:
    now = timezone.now()
    members = named_members(guild)
    seats = live_seats(guild.pk, now)
    offers = Handover.objects.filter(guild=guild, answer="").select_related("offered_to__profile")
    return render(
        request,
        "guilds/care.html",
        {
            "guild": guild,
            "viewer": guild.viewer,
            "requests": waiting_requests(guild.pk),
            "links": list(live_links(guild.pk, now)),
            "new_link": new_link,
            "seats": seats,
            "is_steward_here": "steward" in guild.viewer.rights,
            "offer": next((offer for offer in offers if guild.viewer.is_person(offer.offered_by_id)), None),
            "closing": Closing.objects.filter(guild=guild, answer="").first(),
            "forms": {
                "grant": GrantForm(guild=guild, members=members),
                "joining": JoiningForm(initial={"joining": guild.joining}),
                "invite": InviteForm(),
                "offer": HandoverForm(members=members),
                "close": ReasonForm(auto_id="close-%s"),
                **(typed or {}),
            },
        },
    )


def _invite(request: HttpRequest, guild: Guild) -> HttpResponse:
    """Make a link and show it on this answer only: a redirect would have to keep the secret somewhere."""
    form = InviteForm(request.POST)
    address = ""
    if form.is_valid():
        now = timezone.now()
        days = timedelta(days=form.cleaned_data["days"])
        with attempt(request, form):
            made = make_invite(
                guild=guild,
                by=request.user.subject,
                now=now,
                uses_most=form.cleaned_data["uses"],
                expires_at=now + days,
            )
            address = request.build_absolute_uri(reverse("join_by_link", args=[made.token]))
    return _show(request, guild, {} if address else {"invite": form}, new_link=address)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user.subject, "now": timezone.now()}


def _of(model: Any, guild: Guild, key: Any) -> Any:
    """The thing of this guild with that id; another guild's is not there."""
    return get_object_or_404(model.objects.select_related("guild"), pk=key, guild=guild)


def _joining(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    change_joining(guild=guild, joining=values["joining"], **_by(request))
    return _("Saved.")


def _accept(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    answer_join_request(request=_of(JoinRequest, guild, values["thing"]), is_accepted=True, **_by(request))
    return _("They belong to the guild now, and are told.")


def _decline(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    asked = _of(JoinRequest, guild, values["thing"])
    answer_join_request(request=asked, is_accepted=False, reason=values["reason"], **_by(request))
    return _("Declined. They read the reason.")


def _revoke_link(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    link = _of(InviteLink, guild, values["thing"])
    revoke_invite(link=link, **_by(request))
    return ngettext(
        "The link lets nobody in any more. %(n)s person came by it.",
        "The link lets nobody in any more. %(n)s people came by it.",
        link.uses,
    ) % {"n": link.uses}


def _grant(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    subject = get_object_or_404(Subject, pk=values["member"])
    grant_right(guild=guild, subject=subject, right=values["right"], until=values["ends_at"], **_by(request))
    return _("Given: they can use it from now on.")


def _revoke(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    revoke_right(grant=_of(Grant, guild, values["grant"]), **_by(request))
    return _("Taken back.")


def _offer(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    offer_stewardship(guild=guild, to=get_object_or_404(Subject, pk=values["member"]), **_by(request))
    return _("They are asked. You stay steward until they accept.")


def _unoffer(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    withdraw_stewardship(handover=_of(Handover, guild, values["thing"]), **_by(request))
    return _("Taken back. You stay steward.")


def _close(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    propose_closing(guild=guild, reason=values["reason"], **_by(request))
    return _("Proposed. Another steward confirms it, or a steward of this hub.")


def _confirm_close(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    confirm_closing(closing=_of(Closing, guild, values["thing"]), **_by(request))
    return _("%(guild)s is closed. Everything stays to be read.") % {"guild": guild.name}


def _keep_open(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
    withdraw_closing(closing=_of(Closing, guild, values["thing"]), **_by(request))
    return _("The guild goes on.")


def _thing(guild: Guild, data: QueryDict | None) -> ThingForm:
    return ThingForm(data)


def _to_care(guild: Guild, values: dict[str, Any]) -> str:
    return reverse("guilds:care", args=[guild.slug])


def _action(verb: Any, form: Any) -> Action:
    return Action(verb, form=form, then=_to_care)


ACTIONS = {
    "joining": _action(_joining, lambda guild, data: JoiningForm(data)),
    "accept": _action(_accept, _thing),
    "decline": _action(_decline, lambda guild, data: AnswerForm(data)),
    "revoke_link": _action(_revoke_link, _thing),
    "grant": _action(_grant, lambda guild, data: GrantForm(data, guild=guild, members=named_members(guild))),
    "revoke": _action(_revoke, lambda guild, data: GrantIdForm(data)),
    "offer": _action(_offer, lambda guild, data: HandoverForm(data, members=named_members(guild))),
    "unoffer": _action(_unoffer, _thing),
    "close": _action(_close, lambda guild, data: ReasonForm(data, auto_id="close-%s")),
    "confirm_close": _action(_confirm_close, _thing),
    "keep_open": _action(_keep_open, _thing),
}
