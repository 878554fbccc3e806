"""Problem documents for what fails below the API before an endpoint is reached: a host, a body, an address, a fault."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

PREFIX = "/api/v1/"


class ApiProblemMiddleware:
    """The outermost one, so that pages which other middlewares answer with are turned round too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path_info.startswith(PREFIX):
            return response
        if response.get("Content-Type", "").startswith("application/"):
            return response
        return _problem(request, response)


def _problem(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """The same refusal without the page; headers that say what to do stay."""
    from core.api.problems import problem_page  # the framework is loaded by whoever needs it

    code, words = {
        404: ("not_found", _("There is nothing at this address, or nothing that you may see.")),
        413: ("body_too_big", _("The request is too big.")),
        500: ("fault", _("Something broke on our side. It was written to the log.")),
    }.get(page.status_code, ("refused", _("This request can't be answered.")))
    answer = problem_page(request, page.status_code, code, words)
    for name in ("Allow", "Retry-After"):
        if name in page:
            answer[name] = page[name]
    return answer
