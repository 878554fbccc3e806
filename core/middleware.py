"""The last net under views: a refusal nobody turned into words becomes a page that says them."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError


class RefusalMiddleware:
    """Answers a DomainError that reached the top with 409 and its sentence, never with "something broke"."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a refusal; a missing right is left to Django's 403."""
        if not isinstance(exception, DomainError) or isinstance(exception, PermissionDenied):
            return None
        return render(request, "refused.html", {"message": exception.message}, status=409)
