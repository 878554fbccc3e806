"""Every mail in the gallery, in the demo only: as text beside its subject, and as HTML on a page of its own."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from guildhub.gallery_mails import MAILS


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """All of them in the reader's language. Answers 404 outside the demo."""
    _demo_only()
    return render(request, "guildhub/gallery_mails.html", {"mails": [(name, make()) for name, make in MAILS.items()]})


# A mail carries its colours in itself, because mail programs read no style sheet; nothing else of a page is allowed here.
@csp_replace({"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"]})
@xframe_options_sameorigin
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One of them as a mail program shows it."""
    _demo_only()
    if name not in MAILS:
        raise Http404
    message = MAILS[name]()
    html = next(content for content, kind in message.alternatives if kind == "text/html")
    return HttpResponse(str(html))


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404
