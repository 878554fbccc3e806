"""Light, dark, or as the device says: a reader's choice for one device, kept in a cookie and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guildhub.context_processors import THEMES

YEAR_SECONDS = 365 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def appearance(request: HttpRequest) -> HttpResponse:
    """Show the choice, or keep it and go back to the page the reader came from.

    A page of its own, so that no other page pays for a form: each carries one link. See ADR 0058.
    """
    if request.method == "POST":
        return _keep(request, request.POST.get("theme", ""))
    chosen = request.COOKIES.get("theme", "")
    choices = [("", _("As my device says")), ("light", _("Light")), ("dark", _("Dark"))]
    return render(
        request,
        "guildhub/appearance.html",
        {
            "choices": [(value, words, value == (chosen if chosen in THEMES else "")) for value, words in choices],
            "next": page_before(request),
        },
    )


def _keep(request: HttpRequest, theme: str) -> HttpResponse:
    target = request.POST.get("next", "")
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    response = redirect(target if is_ours else reverse("appearance"))
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def page_before(request: HttpRequest) -> str:
    """The address of the page that led here, when it is one of ours; browsers send it to the same host only."""
    before = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(before)
    return "" if parts.path == request.path else parts._replace(scheme="", netloc="", fragment="").geturl()
