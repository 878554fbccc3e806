"""One click to be somebody of the demo guild: only with the embedded servers, on this machine."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guildhub.demo import PERSONAS, demo_user

#: What each persona of the demo is called in the strip above the pages.
ROLES = {
    "contributor": gettext_lazy("contributor"),
    "newcomer": gettext_lazy("newcomer"),
    "reviewer": gettext_lazy("reviewer"),
    "maintainer": gettext_lazy("maintainer"),
    "steward": gettext_lazy("steward"),
    "hub-steward": gettext_lazy("hub steward"),
    "outsider": gettext_lazy("outsider"),
}


@require_safe
@never_cache
def demo_login(request: HttpRequest, persona: str) -> HttpResponse:
    """Sign in as a persona and go to `next`. A GET, because `make run` prints it as an address to click."""
    _check_demo(request)
    return _become(request, persona, request.GET.get("next", ""))


@require_POST
@never_cache
def demo_switch(request: HttpRequest) -> HttpResponse:
    """The strip above the pages: look at the same page as somebody else."""
    _check_demo(request)
    return _become(request, request.POST.get("persona", ""), request.POST.get("next", ""))


def _check_demo(request: HttpRequest) -> None:
    """Anywhere but in a demo on this machine there is no such page."""
    try:
        is_here = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        is_here = False
    if not (settings.DEMO and settings.EMBEDDED and is_here):
        raise Http404


def _become(request: HttpRequest, persona: str, target: str) -> HttpResponse:
    if persona not in PERSONAS:
        raise Http404
    role = ROLES.get(persona, persona)
    user = demo_user(persona)
    if user is None:
        return render(request, "guildhub/no_demo.html", {"persona": role}, status=503)
    login(request, user, backend="accounts.backends.PersonBackend")
    messages.info(request, _("You are the demo %(persona)s now.") % {"persona": role})
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return redirect(target if is_ours and target.startswith("/") else "home")
