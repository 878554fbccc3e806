"""The language of the pages: the choice, how complete each language is, and how to help."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_info
from django.views.decorators.http import require_http_methods

from accounts.models import Profile
from accounts.services import save_profile
from core.texts.completeness import OFFERED_FROM, Completeness, completeness
from guildhub.languages import ALL_LANGUAGES, COMPLETE
from guildhub.views.appearance import YEAR_SECONDS, page_before


class Line(NamedTuple):
    """One language: how it calls itself, and how much of guildhub it says (English: None, it is what all begins with)."""

    code: str
    name: Any
    own_name: str
    share: Completeness | None
    is_offered: bool
    is_draft: bool
    is_current: bool


@require_http_methods(["GET", "HEAD", "POST"])
def languages(request: HttpRequest) -> HttpResponse:
    """Show every language, or keep the chosen one and go back to the page the reader came from.

    A page of its own, so that no other page pays for a form: each carries one link. See ADR 0074.
    """
    if request.method == "POST":
        return _keep(request, request.POST.get("language", ""))
    lines = [_line(code, name) for code, name in ALL_LANGUAGES]
    return render(
        request,
        "guildhub/languages.html",
        {
            "lines": lines,
            "choices": [line for line in lines if line.is_offered],
            "next": page_before(request),
            "offered_from": OFFERED_FROM,
            "contact": settings.CONTACT_EMAIL,
        },
    )


def _line(code: str, name: Any) -> Line:
    return Line(
        code=code,
        name=name,
        own_name=get_language_info(code)["name_local"],
        share=completeness().get(code),
        is_offered=code in dict(settings.LANGUAGES),
        is_draft=code not in COMPLETE,
        is_current=code == get_language(),
    )


def _keep(request: HttpRequest, code: str) -> HttpResponse:
    """A person's choice goes into their settings and with them to other devices; a visitor's into a cookie."""
    target = request.POST.get("next", "")
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    response = redirect(target if is_ours else reverse("languages"))
    if code not in dict(settings.LANGUAGES):
        return response
    if _has_profile(request):
        save_profile(subject=request.user.subject, language=code)
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    else:
        secure = request.is_secure()
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure
        )
    return response


def _has_profile(request: HttpRequest) -> bool:
    """Whether there is a profile to write to. Making one here would keep the guild's time zone from being filled in."""
    return request.user.is_authenticated and Profile.objects.filter(subject=request.user.subject).exists()
