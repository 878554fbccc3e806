"""A link into a guild, readable without an account: what guild it is, and the way in.

Signing up leads away and back. The link's secret stays out of that way, which is an address and so ends in logs: the
session keeps which link it was, and the way back is `/join/`.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.http import attempt
from guilds.models import Guild, InviteLink
from guilds.queries import guild_pages, viewer_in
from guilds.services import AlreadyMember, join_by_invite
from guilds.services.invites import hash_of, why_unusable

_KEY = "guilds.invite"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page that a link opens; its button joins, or leads through signing in first."""
    return _page(request, InviteLink.objects.filter(token_hash=hash_of(token)).first())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The same page, of the link that this browser opened before signing in."""
    return _page(request, InviteLink.objects.filter(pk=_kept(request)).first())


def _page(request: HttpRequest, link: InviteLink | None) -> HttpResponse:
    if link is None:
        return _unlogged(render(request, "guilds/join.html", {"guild": None}, status=404))
    guild = guild_pages().get(pk=link.guild_id)
    viewer = viewer_in(request.user, guild.pk, timezone.now())
    refusal = _refusal(link, guild)
    if request.method == "POST" and not refusal and not viewer.is_member:
        if not viewer.is_signed_in:
            request.session[_KEY] = str(link.pk)
            return redirect_to_login(reverse("join"))
        with attempt(request) as tried:
            join_by_invite(link=link, by=request.user.subject, now=timezone.now())
            messages.success(
                request,
                _("Welcome to %(guild)s. You can take a task now, and log hours on it.") % {"guild": guild.name},
            )
        request.session.pop(_KEY, None)
        if tried.went_through or isinstance(tried.refusal, AlreadyMember):
            return redirect(guild)
        return redirect(request.path)
    status = 410 if refusal and not viewer.is_member else 200
    context = {"guild": guild, "viewer": viewer, "link": link, "refusal": refusal}
    return _unlogged(render(request, "guilds/join.html", context, status=status))


def _refusal(link: InviteLink, guild: Guild) -> str:
    if guild.state == Guild.State.CLOSED:
        return _("This guild is closed. You can read everything, but nobody joins any more.")
    return why_unusable(link, timezone.now())


def _kept(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.session.get(_KEY, ""))
    except ValueError:
        return None


def _unlogged(answer: HttpResponse) -> HttpResponse:
    """Keep Django from writing this address, which is a secret, into the log of refused requests."""
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
