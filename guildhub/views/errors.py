"""What Django would answer with a bare line: said in words, inside the site's frame."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that can't be read: 413 when it is too big, else 400."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: the page names the request, so that an operator finds it in the log."""
    words = get_template("500.html").render({"request_id": getattr(request, "request_id", "")})
    return HttpResponse(words, status=500)
