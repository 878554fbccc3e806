"""Where somebody is signed in: a row a session, written when it begins, gone when it ends.

When a session was last used is not kept: that would be a write on pages that only read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door.addresses import client_ip
from accounts.models import User

#: In a session: when its person last proved who they are, in seconds.
PROVED_AT = "proved_at"
#: Seconds for which one proof is enough.
FRESH_FOR = 15 * 60
#: What a browser says of itself, in the order in which it is looked for; later ones name earlier ones.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Place:
    """One browser that somebody is signed in on."""

    pk: int
    name: str
    ip: str
    began_at: datetime
    is_here: bool


def is_proved(request: HttpRequest) -> bool:
    """Whether the reader proved lately who they are, by signing in or by being asked again."""
    return time.time() - float(request.session.get(PROVED_AT, 0)) < FRESH_FOR


def note_begun(sender: object, request: HttpRequest, user: User, **_more: Any) -> None:
    """Remember the session that somebody just got, and that they proved who they are a moment ago."""
    request.session[PROVED_AT] = time.time()
    if not request.session.session_key:
        request.session.save()
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    UserSession.objects.filter(user_id=user.pk).exclude(session_key__in=live).delete()
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user_id": user.pk,
            "ip": client_ip(request) or "0.0.0.0",  # noqa: S104  (of a browser that has no address: a test's)
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:200],
        },
    )


def note_ended(sender: object, request: HttpRequest, user: User | None, **_more: Any) -> None:
    """Forget the session that its person ends now."""
    if user is not None and request.session.session_key:
        UserSession.objects.filter(session_key=request.session.session_key).delete()


def places_of(user: User, *, here: str | None) -> list[Place]:
    """Where this person is signed in: this browser first, then the latest. One statement."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user_id=user.pk, session_key__in=live).order_by("-created_at")
    places = [
        Place(row.pk, browser_name(row.user_agent), row.ip, row.created_at, row.session_key == here) for row in rows
    ]
    return sorted(places, key=lambda place: not place.is_here)


def end_sessions(user: User, *, keep: str | None, only: int | None = None) -> int:
    """End one session of this person, or all but `keep`; returns how many ended."""
    rows = UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep or "")
    if only is not None:
        rows = rows.filter(pk=only)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = list(rows.values_list("session_key", flat=True))
    for key in keys:
        store(key).delete()
    rows.delete()
    return len(keys)


def forget_ended_places(*, now: datetime) -> int:
    """Delete what is told of sessions that ran out; returns how many. A network address is kept no longer than that."""
    live = Session.objects.filter(expire_date__gt=now).values("session_key")
    return UserSession.objects.exclude(session_key__in=live).delete()[0]


def browser_name(user_agent: str) -> str:
    """A browser in words: "Firefox on Android"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser that doesn't say what it is")
