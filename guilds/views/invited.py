"""What the two links in an invitation's mail open: the way in, and the wish to get no more of them.

As with links into guilds the secret stays out of the way through signing in: the session keeps which invitation it was,
and the way back is `/join/mail/`. Opening a link changes nothing, because programs open every link in a mail.
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
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.http import attempt
from guilds.invitation_mail import invitation_id_of, stop_of
from guilds.models import Guild, Invitation
from guilds.queries import guild_pages, viewer_in
from guilds.services import AlreadyMember, accept_invitation, refuse_invitations
from guilds.services.invitation_answers import is_theirs, masked, why_not_taken

_KEY = "guilds.invitation"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page that the mail's button opens; its own button joins, or leads through signing in first."""
    return _page(request, invitation_id_of(token))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_kept(request: HttpRequest) -> HttpResponse:
    """The same page, of the invitation that this browser opened before signing in."""
    try:
        return _page(request, UUID(request.session.get(_KEY, "")))
    except ValueError:
        return _page(request, None)


@csrf_exempt  # a mail program sends this by itself (RFC 8058), with no cookie: the secret in the address is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_stop(request: HttpRequest, token: str) -> HttpResponse:
    """One button: no more invitations to this address. Works without an account, and when the invitation is long gone."""
    found = stop_of(token)
    if found is None:
        return _unlogged(render(request, "guilds/invited.html", {"guild": None}, status=404))
    if request.method == "POST":
        refuse_invitations(invitation_id=found[0], digest=found[1], now=timezone.now())
    return _unlogged(render(request, "guilds/invitation_stop.html", {"is_done": request.method == "POST"}))


def _page(request: HttpRequest, invitation_id: UUID | None) -> HttpResponse:
    found = Invitation.objects.filter(pk=invitation_id).select_related("invitation_list").first()
    if found is None:
        return _unlogged(render(request, "guilds/invited.html", {"guild": None}, status=404))
    guild = guild_pages().get(pk=found.guild_id)
    viewer = viewer_in(request.user, guild.pk, timezone.now())
    refusal = _refusal(found, guild)
    if request.method == "POST" and not refusal and not viewer.is_member:
        if not viewer.is_signed_in:
            request.session[_KEY] = str(found.pk)
            return redirect_to_login(reverse("invitation_kept"))
        return _join(request, found, guild)
    is_elsewhere = viewer.is_signed_in and not refusal and not is_theirs(found, request.user.subject)
    context = {
        "guild": guild,
        "viewer": viewer,
        "ends_at": found.invitation_list.ends_at,
        "address": masked(found.email) if found.email else "",
        "is_elsewhere": is_elsewhere,
        "refusal": refusal,
    }
    status = 410 if refusal and not viewer.is_member else 200
    return _unlogged(render(request, "guilds/invited.html", context, status=status))


def _join(request: HttpRequest, found: Invitation, guild: Guild) -> HttpResponse:
    with attempt(request) as tried:
        accept_invitation(invitation=found, by=request.user.subject, now=timezone.now())
        messages.success(
            request, _("Welcome to %(guild)s. You can take a task now, and log hours on it.") % {"guild": guild.name}
        )
    if tried.went_through or isinstance(tried.refusal, AlreadyMember):
        request.session.pop(_KEY, None)
        return redirect(guild)
    return redirect(request.path)


def _refusal(found: Invitation, guild: Guild) -> str:
    if guild.state == Guild.State.CLOSED:
        return _("This guild is closed. You can read everything, but nobody joins any more.")
    return why_not_taken(found, timezone.now())


def _unlogged(answer: HttpResponse) -> HttpResponse:
    """Keep Django from writing this address, which is a secret, into the log of refused requests."""
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer
