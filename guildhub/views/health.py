"""Two questions a machine asks: is the process alive, and can it do its work."""

from __future__ import annotations

import os

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers, whatever became of the databases: a restart would not mend those."""
    answer = HttpResponse("ok\n", content_type="text/plain")
    run = os.environ.get("GUILDHUB_RUN")
    if run:
        answer["Guildhub-Run"] = run
    return answer


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, else 503. Redis isn't asked: every request can live without it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
