"""The last net under views: a refusal becomes a page that says it in words."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError, PermissionRefused


class RefusalMiddleware:
    """Answers a DomainError that no view put into words with its sentence, and never with "something broke".

    A missing right is 403 and everything else 409. Django would answer the former too (it is a PermissionDenied), but
    would write a traceback to the log for what is no fault.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a refusal; anything else goes on to Django."""
        if isinstance(exception, PermissionRefused):
            return render(request, "403.html", {"exception": exception.message}, status=403)
        if isinstance(exception, DomainError):
            return render(request, "refused.html", {"message": exception.message}, status=409)
        return None
