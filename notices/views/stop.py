"""Stopping the weekly mail from the mail itself: one press, without signing in (RFC 8058)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notices.services import WrongStop, stop_digest
from notices.services.choices import subject_of


@csrf_exempt  # A mail program posts with nothing but the signed link; whoever holds it may do this one thing and no other.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET, because programs that look through mails open every link; stop on POST. Twice is once."""
    try:
        if request.method == "POST":
            stop_digest(token=token, now=timezone.now())
        else:
            subject_of(token)
    except WrongStop as refusal:
        return render(request, "notices/stop.html", {"refusal": refusal.message}, status=refusal.status)
    return render(request, "notices/stop.html", {"is_done": request.method == "POST"})
