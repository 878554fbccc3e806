"""What the frame of every page shows: the navigation, who is signed in, how much waits in the inbox."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import Subject
from guilds.queries import live_grants

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Link:
    """One entry of a navigation; `count` is how many things wait behind it."""

    url: str
    label: str
    count: int = 0


@lru_cache(maxsize=64)
def is_routed(path: str) -> bool:
    """Whether an address is a page here. The navigation leaves out what this installation does not have."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` for base.html, worked out only when a template asks for it: a fragment costs no statement."""
    return {"shell": SimpleLazyObject(lambda: frame(request))}


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame for this reader; one SQL statement when they are signed in, none otherwise."""
    theme = request.COOKIES.get("theme", "")
    common = {"theme": theme if theme in THEMES else "", "foot_links": _foot_links()}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return common | _frame_for_anyone()
    return common | _frame_for_member(user)


def _frame_for_anyone() -> dict[str, Any]:
    return {
        "links": _present(Link("/problems/", _("Problems")), Link("/accounts/signup/", _("Make an account"))),
        "action": Link("/accounts/login/", _("Sign in")),
    }


def _frame_for_member(user: Any) -> dict[str, Any]:
    me = _read_member(user.subject_id)
    return {
        "links": _present(
            Link("/home/", _("Home")),
            Link("/problems/", _("Problems")),
            *([Link("/review/", _("Review"))] if me["may_review"] else []),
            Link("/inbox/", _("Inbox"), count=me["unread"]),
            *([Link("/ops/", _("Ops"))] if user.is_staff else []),
        ),
        "me_links": _present(
            Link("/me/hours/", _("My hours")),
            Link("/me/points/", _("My points")),
            Link("/settings/", _("Settings")),
            Link("/accounts/email/", _("E-mail addresses")),
        ),
        "display_name": me["profile__display_name"] or _("You"),
        "logout_url": "/accounts/logout/",
        "action": Link("/log/", _("Log hours")) if is_routed("/log/") else None,
    }


def _read_member(subject_id: Any) -> dict[str, Any]:
    """Name, unread notices and whether the person may review anywhere, their linked subjects included."""
    grants = live_grants(timezone.now()).filter(
        Q(subject_id=OuterRef("pk")) | Q(subject__primary_link__primary_id=OuterRef("pk"))
    )
    return (
        Subject.objects.filter(pk=subject_id)
        .annotate(
            unread=Count("notices", filter=Q(notices__read_at__isnull=True)),
            may_review=Exists(grants),
        )
        .values("profile__display_name", "unread", "may_review")
        .get()
    )


def _foot_links() -> list[Link]:
    return _present(
        Link("/impact/", _("What the work achieved")),
        Link("/how/", _("How it works")),
        Link("/log-proof/", _("Proof of the public log")),
    )


def _present(*links: Link) -> list[Link]:
    return [link for link in links if is_routed(link.url)]
