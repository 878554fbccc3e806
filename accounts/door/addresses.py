"""Which network address a request came from, as far as our own proxies say so."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The visitor's address: what the outermost of our own proxies saw; empty when nobody says.

    What stands further left in X-Forwarded-For was written by the visitor and is not believed.
    """
    proxies = int(str(settings.REST_FRAMEWORK["NUM_PROXIES"]))
    named = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and named:
        return named[-min(proxies, len(named))]
    return str(request.META.get("REMOTE_ADDR", ""))
