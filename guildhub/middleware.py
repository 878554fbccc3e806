"""The outermost layer of a request: its id, the two health answers, and its line in the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core import request_ids
from guildhub.logs import loggable_path
from guildhub.views.health import healthz, readyz

logger = logging.getLogger("guildhub.requests")

#: Answered before the session is read or the host is checked: a machine asks, by whatever name it reaches us.
_HEALTH = {"/healthz": healthz, "/readyz": readyz}


class RequestMiddleware:
    """Gives every request an id (X-Request-ID in the answer, too) and writes one line about it.

    The first of all, so that whatever happens inside has the id, and so that health costs nothing else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_logged = settings.LOG_REQUESTS

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = request_ids.read_request_id(request.META.get(request_ids.HEADER)) or request_ids.new_request_id()
        request.request_id = request_id  # type: ignore[attr-defined]
        token = request_ids.begin(request_id)
        try:
            health = _HEALTH.get(request.path_info)
            response = self.get_response(request) if health is None else health(request)
            response["X-Request-ID"] = request_id
            if self.is_logged and health is None:
                _write_line(request, response, began)
        finally:
            request_ids.end(token)
        return response


def _write_line(request: HttpRequest, response: HttpResponse, began: float) -> None:
    fields = {
        "method": request.method,
        "path": loggable_path(request),
        "status": response.status_code,
        "ms": round((time.perf_counter() - began) * 1000, 1),
    }
    logger.info("%(method)s %(path)s %(status)s", fields, extra={"fields": fields})
