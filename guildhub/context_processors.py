"""What the frame of every page shows: the navigation, who is signed in, how much waits in the inbox."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, Q
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Subject, User
from accounts.queries import ids_of
from guildhub.demo import PERSONAS
from guildhub.languages import COMPLETE
from guildhub.views.demo import ROLES
from guilds.queries import earned_in, live_grants

THEMES = ("light", "dark")


class Link(NamedTuple):
    """One entry of a navigation; `waiting` is how many things wait behind it."""

    url: str
    label: str
    waiting: int = 0


@lru_cache(maxsize=64)
def is_routed(path: str) -> bool:
    """Whether an address is a page here. The navigation leaves out what this installation does not have."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


class Shell:
    """The frame's values, worked out when a template asks for the first: a fragment costs no statement.

    No lazy object of Django's: one of those takes a microsecond for every look at it, and there are a hundred on a page.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._values: dict[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        values = self._values
        if values is None:
            values = self._values = frame(self._request)
        return values[name]


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` for base.html."""
    return {"shell": Shell(request)}


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame for this reader; one SQL statement when they are signed in, none otherwise."""
    theme = request.COOKIES.get("theme", "")
    language = get_language()
    user = getattr(request, "user", None)
    is_demo = settings.DEMO and settings.EMBEDDED
    found: dict[str, Any] = {
        "theme": theme if theme in THEMES else "",
        "foot_links": _foot_links(language),
        "personas": _personas(user) if is_demo else (),
        "persona_url": reverse("demo_switch") if is_demo else "",
    }
    if user is None or not user.is_authenticated:
        found |= _frame_for_anyone(language)
    else:
        assert isinstance(user, User)
        profile = getattr(user.subject, "profile", None)
        found |= _frame_for_member(language, *_what_waits(user))
        found["display_name"] = (profile and profile.display_name) or _("You")
    found["here"] = _here(found["links"], request.path), _here(found["me_links"], request.path)
    return found


@lru_cache(maxsize=32)
def _frame_for_anyone(_language: str | None) -> dict[str, Any]:
    return {
        "links": _present(
            Link("/problems/", _("Problems")),
            Link("/guilds/", _("Guilds")),
            Link("/search/", _("Search")),
            Link(reverse("account_signup"), _("Make an account")),
        ),
        "me_links": (),
        "display_name": "",
        "logout_url": "",
        "action": Link(reverse("account_login"), _("Sign in")),
    }


@lru_cache(maxsize=512)
def _frame_for_member(_language: str | None, unread: int, may_review: bool, looks_after: bool) -> dict[str, Any]:
    return {
        "links": _present(
            Link("/home/", _("Home")),
            Link("/problems/", _("Problems")),
            Link("/guilds/", _("Guilds")),
            Link("/search/", _("Search")),
            *([Link("/review/", _("Review"))] if may_review else []),
            Link("/inbox/", _("Inbox"), waiting=unread),
            *([Link("/ops/", _("Ops"))] if looks_after else []),
        ),
        "me_links": _present(
            Link("/me/hours/", _("My hours")),
            Link("/me/points/", _("My points")),
            Link("/settings/", _("Settings")),
            Link(reverse("account_email"), _("E-mail addresses")),
        ),
        "logout_url": reverse("account_logout"),
        "action": Link("/log/", _("Log hours")) if is_routed("/log/") else None,
    }


def _here(links: tuple[Link, ...], path: str) -> tuple[str, str]:
    """Which of the links leads to the reader's page or to what it belongs to, and how ARIA calls that."""
    for link in links:
        if path.startswith(link.url):
            return link.url, "page" if path == link.url else "true"
    return "", ""


def _what_waits(user: User) -> tuple[int, bool, bool]:
    """Unread notices, whether the person may review in any guild, and whether they look after one (or the hub).

    Read with the person, or else in one statement.
    """
    if hasattr(user, "about_unread"):
        is_steward = any(grant.endswith(":steward") for grant in user.about_grants)
        reviews = bool(user.about_grants or user.about_earned_review)
        return user.about_unread, reviews, is_steward or user.is_staff
    ids = ids_of(user)
    now = timezone.now()
    grants = live_grants(now).filter(subject_id__in=ids)
    may_review = Exists(grants) | Exists(earned_in(ids, now))
    unread = Count("notices", filter=Q(notices__read_at__isnull=True))
    rows = (
        Subject.objects.filter(pk__in=ids)
        .annotate(unread=unread, may_review=may_review, is_steward=Exists(grants.filter(right="steward")))
        .values_list("unread", "may_review", "is_steward")
    )
    return (
        sum(row[0] for row in rows),
        any(row[1] for row in rows),
        user.is_staff or any(row[2] for row in rows),
    )


def _personas(user: Any) -> list[dict[str, Any]]:
    """The parts a visitor of the demo can play, and which one they play now."""
    email = getattr(user, "email", "")
    return [{"key": key, "role": ROLES.get(key, key), "current": email == address} for key, address in PERSONAS.items()]


@lru_cache(maxsize=32)
def _foot_links(language: str | None) -> tuple[Link, ...]:
    return _present(
        Link("/languages/", _way_to_languages(language)),
        Link("/impact/", _("What the work achieved")),
        Link("/numbers/", _("Where the numbers come from")),
        Link("/how/", _("How it works")),
        Link("/log-proof/", _("Proof of the public log")),
        Link("/api/docs/", _("For programs")),
        Link("/appearance/", _("Light or dark")),
    )


def _way_to_languages(language: str | None) -> str:
    """Whoever landed in a language they can't read finds the English word; a draft says that it wants readers."""
    if language == settings.LANGUAGE_CODE:
        return _("Language")
    said = _("Language") if language in COMPLETE else _("Language (draft: help review it)")
    return f"{said} · Language"


def _present(*links: Link) -> tuple[Link, ...]:
    return tuple([link for link in links if is_routed(link.url)])
