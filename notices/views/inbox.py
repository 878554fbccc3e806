"""The inbox: what happened, in the reader's language, newest first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from core.http import Action, perform
from notices.kinds import sentence
from notices.queries import inbox as inbox_of
from notices.services import mark_inbox_read

PAGE = 30


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """The notices, thirty a page; reading the page marks nothing, a button does."""
    if request.method == "POST":
        return perform(request, "notices:inbox", _ACTIONS, lambda *_: HttpResponse(status=400))
    notices = inbox_of(ids_of(request.user))
    before = _key(request.GET.get("before", ""))
    found = list((notices.filter(pk__lt=before) if before else notices)[: PAGE + 1])
    shown = found[:PAGE]
    here = reverse("notices:inbox")
    return render(
        request,
        "notices/inbox.html",
        {
            "notices": [(notice, sentence(notice.kind, notice.params)) for notice in shown],
            "has_unread": any(notice.read_at is None for notice in shown),
            "next_url": f"{here}?before={shown[-1].pk}" if len(found) > PAGE else "",
            "previous_url": here if before else "",
        },
    )


def _mark_read(request: HttpRequest, thing: str, values: dict[str, Any]) -> str:
    count = mark_inbox_read(by=request.user.subject, now=timezone.now())
    return ngettext("%(n)s notice marked as read.", "%(n)s notices marked as read.", count) % {"n": count}


_ACTIONS = {"read": Action(_mark_read)}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
