"""How much one person, or one address without a token, may ask in a minute."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_SECONDS = 60


class PerMinute(BaseThrottle):
    """Counts in windows of a minute. Without Redis nobody is counted: the limit protects, and must not refuse by itself."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this one is still within the limit of its kind."""
        kind, who = self._counted(request)
        key = f"api:{kind}:{who}:{int(time.time()) // WINDOW_SECONDS}"
        cache.add(key, 0, 2 * WINDOW_SECONDS)
        return bool(cache.incr(key) <= settings.API_PER_MINUTE[kind])

    def wait(self) -> float:
        """Seconds until the window ends."""
        return WINDOW_SECONDS - time.time() % WINDOW_SECONDS

    def _counted(self, request: Request) -> tuple[str, str]:
        if request.user.is_authenticated:
            return "reads" if request.method in ("GET", "HEAD") else "writes", str(request.user.subject_id)
        return "anonymous", self.get_ident(request)
