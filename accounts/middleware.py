"""The reader's own time zone and language, for every page they are signed in on."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import Profile


class ReaderMiddleware:
    """Activates what a signed-in person chose; everybody else gets the server's zone and the browser's language.

    The language somebody picked before they signed in is a cookie and wins over their settings: it is the later choice.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        profile = _profile(request)
        if profile is None:
            timezone.deactivate()
            return self.get_response(request)
        has_picked = bool(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
        if profile.language in dict(settings.LANGUAGES) and not has_picked:
            translation.activate(profile.language)
            request.LANGUAGE_CODE = profile.language
        with timezone.override(_zone(profile.timezone)):
            return self.get_response(request)


def _profile(request: HttpRequest) -> Profile | None:
    """The reader's profile; None when nobody is signed in, they have none, or the database doesn't answer.

    A page that needs the database says so itself; one that needs none (`/healthz`) must not fail here.
    """
    try:
        user = request.user
        if not user.is_authenticated:
            return None
        # The user itself, now that it is read: behind Django's lazy object each look at it takes half a microsecond.
        request.user = getattr(user, "_wrapped", user)
        return getattr(request.user.subject, "profile", None)
    except DatabaseError:
        return None


def _zone(name: str) -> ZoneInfo | None:
    """The zone of that name; None (the server's) for one that this machine doesn't know any more."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None
