"""Looking for a problem, a task, a project or a person by words."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.models import SearchDocument
from core.search.find import QUERY_MOST
from guildhub.search import RESULTS_MOST, RESULTS_PER_PAGE, find_things, kinds_to_choose
from projects.views.paging import page_number


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The form and what was found; three statements beside the frame's."""
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:QUERY_MOST]
    kind = request.GET.get("kind", "")
    kind = kind if kind in SearchDocument.Kind.values else ""
    page = min(page_number(request), RESULTS_MOST // RESULTS_PER_PAGE)
    found = find_things(text, kind=kind, start=(page - 1) * RESULTS_PER_PAGE)
    kept = {"q": text, **({"kind": kind} if kind else {})}
    return render(
        request,
        "guildhub/search.html",
        {
            "text": text,
            "text_most": QUERY_MOST,
            "kind": kind,
            "kinds": kinds_to_choose(),
            "found": found,
            "everything_url": f"?{urlencode({'q': text})}",
            "next_url": f"?{urlencode({**kept, 'page': page + 1})}" if found.has_next else "",
            "previous_url": f"?{urlencode({**kept, 'page': page - 1})}" if page > 1 else "",
        },
    )
