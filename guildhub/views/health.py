"""Two questions a machine asks: is the process alive, and can it do its work."""

from __future__ import annotations

import os
import threading
from functools import cache

from django.core.cache import cache as shared_cache
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

_complete = threading.Event()


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
    """200 when the database answers and knows every migration of this code, else 503; one statement.

    With Redis down it is ready all the same, because every request can live without it; it says so, for whoever reads.
    """
    try:
        missing = missing_migrations()
    except Error:
        return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)
    if missing:
        words = f"{missing} migration(s) are not applied; run manage.py migrate\n"
        return HttpResponse(words, content_type="text/plain", status=503)
    degraded = "" if redis_answers() else "; Redis does not answer: background work waits for the next sweep"
    return HttpResponse(f"ready{degraded}\n", content_type="text/plain")


def missing_migrations() -> int:
    """How many migrations of this code the database has not seen. Once it has seen them all it isn't asked again."""
    with connection.cursor() as cursor:
        if _complete.is_set():
            cursor.execute("SELECT 1")
            return 0
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        row = cursor.fetchone()
        if not (row and row[0]):
            return len(_known_migrations())
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = _known_migrations() - set(cursor.fetchall())
    if not missing:
        _complete.set()
    return len(missing)


def redis_answers() -> bool:
    """Whether the cache's Redis takes a value; costs at most its short timeouts, and nothing while it rests."""
    shared_cache.set("health", 1, 60)
    return shared_cache.get("health") == 1


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration that this code brings, replaced ones left out."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)
