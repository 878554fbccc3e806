"""A person's page: what they opened to everybody, and what members of a shared guild may see anyway."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Profile
from accounts.queries import ids_of
from contributions.views.pictures import cloth_of, week_begins
from core.charts.cloth import year_begin
from guildhub.person_page import (
    PIECES_PER_PAGE,
    Person,
    days_of,
    find_person,
    hours_of,
    pieces_of,
    projects_of,
    reputation_of,
    seats_of,
    work_of,
)
from moderation.views import report

#: Nobody has so much work that a page beyond this one would hold any.
_LAST_PAGE = 10_000


@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """The page; six statements at most, beside the frame's. Its person sees it as everybody does, or as members do."""
    found = _find(request, handle)
    preview = found.is_own and request.GET.get("as") != "members"
    shown = found.as_everybody() if preview else found
    last = timezone.localdate()
    days = days_of(shown, first=year_begin(last, week_begins()), last=last)
    work_url = reverse("person_work", args=[handle])
    work = work_of(shown) if shown.may_show("hours") or shown.may_show("projects") else []
    return render(
        request,
        "guildhub/person.html",
        {
            "person": shown,
            "preview": preview,
            "seats": seats_of(shown, now=timezone.now()) if shown.may_show("guilds") else [],
            "hours": hours_of(row for row in work if shown.shows("hours", row.guild_id)),
            "projects": projects_of(row for row in work if shown.shows("projects", row.guild_id)),
            "year": cloth_of(days, last=last, week_url=lambda _first: work_url) if days else None,
            "reputation": reputation_of(shown),
            "parts": {section: True for section in Profile.Section.values if shown.may_show(section)},
        },
    )


@require_safe
def person_work(request: HttpRequest, handle: str) -> HttpResponse:
    """Where a person's hours come from, piece by piece; nothing at this address unless the hours are to be seen."""
    found = _find(request, handle)
    if not found.may_show("hours") and not found.is_own:
        raise Http404
    number = _page_number(request.GET.get("page", ""))
    rows = pieces_of(found, page=number)
    here = reverse("person_work", args=[handle])
    return render(
        request,
        "guildhub/person_work.html",
        {
            "person": found,
            "pieces": rows[:PIECES_PER_PAGE],
            "next_url": f"{here}?page={number + 1}" if len(rows) > PIECES_PER_PAGE else "",
            "previous_url": f"{here}?page={number - 1}" if number > 1 else "",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def person_report(request: HttpRequest, handle: str) -> HttpResponse:
    """Report the page. Under its handle, because the address of a report by id would tell strangers the person's id."""
    return report(request, "profile", _find(request, handle).profile.pk)


def _find(request: HttpRequest, handle: str) -> Person:
    user = request.user
    ids = ids_of(user) if user.is_authenticated else []
    found = find_person(handle, reader_ids=ids, is_hub_steward=user.is_authenticated and user.is_staff)
    if found is None:
        raise Http404
    return found


def _page_number(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdecimal() and len(text) < 8 else 1
