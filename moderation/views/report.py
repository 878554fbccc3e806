"""The page on which anybody who reads something says that it should not stand there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from core.http import Action, perform
from core.written import find_written, written, written_as
from moderation.forms import ReportForm
from moderation.queries import has_reported
from moderation.services import report_writing

#: Kinds whose first words are a person's name, which is theirs to show: the form names the kind alone.
_UNNAMED = {"profile"}


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """The form about one thing; for whoever may not see the thing there is nothing here."""
    entry, row = written(kind), find_written(kind, pk)
    if entry is None or row is None or not entry.may_see(row, request.user, timezone.now()):
        raise Http404
    if request.method == "POST":
        return perform(request, row, _ACTIONS, _show)
    return _show(request, row)


def _show(request: HttpRequest, row: Any, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    entry = written_as(row)
    ids = ids_of(request.user) if request.user.is_authenticated else []
    return render(
        request,
        "moderation/report.html",
        {
            "row": row,
            "label": entry.label,
            "title": "" if row.hidden_at or entry.kind in _UNNAMED else entry.title(row),
            "url": entry.url(row),
            "is_own": entry.author_id(row) in ids if ids else False,
            "has_reported": bool(ids) and has_reported(entry.kind, row.pk, ids),
            "contact": settings.CONTACT_EMAIL,
            "form": (typed or {}).get("report") or ReportForm(),
        },
    )


def _report(request: HttpRequest, row: Any, values: dict[str, Any]) -> str:
    report_writing(kind=written_as(row).kind, object_id=row.pk, by=request.user.subject, now=timezone.now(), **values)
    return _("Thank you. A moderator looks at it, and you hear what came of it in your inbox.")


def _back(row: Any, values: dict[str, Any]) -> str:
    return written_as(row).url(row) or "front"


_ACTIONS = {"report": Action(_report, form=lambda row, data: ReportForm(data), then=_back)}
