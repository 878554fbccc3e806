"""What somebody typed is not lost when their sign-in ended meanwhile: the answer shows it, and sends it on one press.

It is kept nowhere but on the page: no store that strangers could fill, and nobody who signs in on the same machine finds
another's words. Whoever sees it signs in beside it, comes back and sends it. Signing in changes the form's token, so the first
press may answer with the same page and a fresh one; that is offered to forms of this site only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

#: Not somebody's words: the form's own token and buttons, and what must not be shown again.
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "do", "next", "client_id"})
_NEVER_SHOWN = frozenset({"csrfmiddlewaretoken", "password", "code", "token"})


@dataclass(frozen=True)
class Typed:
    """One value of the form that came: `is_text` when it is words that a person wants to see again."""

    name: str
    value: str

    @property
    def is_text(self) -> bool:
        return self.name not in _NOT_TYPED and ("\n" in self.value or " " in self.value.strip() or len(self.value) > 40)


class KeepTypedMiddleware:
    """Answers a form that was sent without a sign-in with what was typed in it, instead of leading away from it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code != 302 or request.user.is_authenticated:
            return response
        leads_to_sign_in = response["Location"].partition("?")[0] == resolve_url(settings.LOGIN_URL)
        return _show(request, status=401) if leads_to_sign_in and _has_words(request) else response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not this sign-in's any more: of this site it comes back as it was, of another it is refused."""
    if request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}" and _has_words(request):
        return _show(request, status=403)
    return render(request, "403_csrf.html", status=403)


def _has_words(request: HttpRequest) -> bool:
    return any(value.strip() for name, values in request.POST.lists() if name not in _NOT_TYPED for value in values)


def typed_in(request: HttpRequest) -> list[Typed]:
    """Everything of the form that came that may be shown again."""
    return [Typed(name, value) for name, values in request.POST.lists() if name not in _NEVER_SHOWN for value in values]


def _show(request: HttpRequest, *, status: int) -> HttpResponse:
    context = {
        "address": request.get_full_path(),
        "typed": typed_in(request),
        "has_files": bool(request.FILES),
        "is_signed_in": request.user.is_authenticated,
    }
    response = render(request, "kept.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Session realm="guildhub"'
    return response
