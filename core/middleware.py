"""The last nets under views: a refusal becomes a page that says it in words, and no page shows words that deceive."""

from __future__ import annotations

import re
from collections.abc import Callable

from csp.constants import HEADER as POLICY
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from core.errors import DomainError, PermissionRefused
from core.limits import LimitReached

#: Statuses of refusals that say more than "not now": too much at once, and something of ours is down.
_TELLING = (429, 503)


class RefusalMiddleware:
    """Answers a DomainError that no view put into words with its sentence, and never with "something broke".

    A missing right is 403, a full quota 429 and most else 409. Django would answer a missing right too (it is a
    PermissionDenied), but with a traceback in the log for what is no fault. A bare line of text that a decorator or a
    view answered a person with (400, 405) is put into the site's frame.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in (400, 405) and _is_bare(response):
            return _framed(request, response)
        refused = getattr(request, "refused", None)
        if isinstance(refused, LimitReached) and response.status_code == 200 and "HX-Request" not in request.headers:
            # The page with the form as it was typed; htmx would not show a body that comes with this status.
            response.status_code = 429
            response["Retry-After"] = str(refused.retry_after)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a refusal; anything else goes on to Django."""
        if isinstance(exception, PermissionRefused):
            return render(request, "403.html", {"exception": exception.message}, status=403)
        if isinstance(exception, LimitReached):
            page = render(request, "refused.html", {"message": exception.message}, status=429)
            page["Retry-After"] = str(exception.retry_after)
            return page
        if isinstance(exception, DomainError):
            status = exception.status if exception.status in _TELLING else 409
            return render(request, "refused.html", {"message": exception.message}, status=status)
        return None


def _is_bare(response: HttpResponse) -> bool:
    """Whether a person would see a line of text, or nothing, where a page belongs."""
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return is_html and not response.streaming and b"<html" not in response.content[:200]


def _framed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    words = response.content.decode(errors="replace")
    template = "405.html" if response.status_code == 405 else "refused.html"
    framed = render(request, template, {"message": words}, status=response.status_code)
    if "Allow" in response.headers:
        framed["Allow"] = response["Allow"]
    return framed


#: In UTF-8: overrides and embeddings of direction, zero-width spaces and joiners of nothing, soft hyphens, byte order marks.
#: Isolates and the joiners that Hindi and Urdu are written with stay (core/text.py).
_TRICKS = re.compile(
    rb"\xe2\x80[\x8b\xaa-\xae]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf|\xc2\xad|\xf3\xa0[\x80\x81][\x80-\xbf]"
)


class PlainWordsMiddleware:
    """Sends no page with invisible characters that turn lines round or hide letters, wherever on it somebody's words stand.

    Whatever reads the database for a page may forget to ask: a list, a title, a message, a form shown again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = not response.streaming and response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and _TRICKS.search(response.content):
            response.content = _TRICKS.sub(b"", response.content)
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """Sends one Content-Security-Policy, put together once; django-csp does it anew for every answer (60 us).

    An answer that asks for another one (a decorator, a nonce), and settings that exempt some addresses, go its way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        settled = settings.CONTENT_SECURITY_POLICY.get("EXCLUDE_URL_PREFIXES") or getattr(
            settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None
        )
        self._usual = "" if settled or settings.DEBUG else build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """As django-csp's."""
        asks = hasattr(request, "_csp_nonce") or any(name.startswith("_csp_") for name in vars(response))
        if not self._usual or asks or POLICY in response:
            return super().process_response(request, response)
        response[POLICY] = self._usual
        # As there: a nonce that is asked for now would not be in the header.
        request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response
