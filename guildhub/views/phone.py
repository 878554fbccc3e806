"""What makes guildhub live on a phone: the service worker, the manifest, and the page for when there is no connection."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from contributions.forms import LogForm
from core.static_files import bare_script

#: Static files without which nobody logs an hour offline.
_KEPT_FILES = ("css/guildhub.css", "js/hours.js", "js/outbox.js", "img/mark.svg")
#: Whoever sends a form there becomes somebody else, or sees other words: what was kept for them before goes.
_LEAVES = ("/accounts/", "/demo/", "/settings/", "/language/", "/appearance/")


@lru_cache(maxsize=1)
def worker_text() -> str:
    """The service worker with what it keeps. Its text changes, and so every phone takes a new one, when any of that does."""
    kept = {
        "files": [static(name) for name in _KEPT_FILES],
        "log": reverse("contributions:log"),
        "offline": reverse("offline"),
        "leaves": _LEAVES,
    }
    code = (Path(settings.BASE_DIR) / "static" / "js" / "service-worker.js").read_text("utf-8")
    version = hashlib.sha256((json.dumps(kept) + code).encode()).hexdigest()[:12]
    return f"const KEPT = {json.dumps({'version': version, **kept})};\n{bare_script(code)}"


def _worker_etag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(worker_text().encode()).hexdigest()[:16]}"'


@require_safe
@condition(etag_func=_worker_etag)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root because it may only serve what lies beside or below it."""
    response = HttpResponse(worker_text(), content_type="text/javascript; charset=utf-8")
    # A browser asks again at each visit and is told “not modified” in a few bytes.
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put guildhub among its apps, in the reader's language."""
    sizes = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any")]
    sizes.append(("icon-maskable-512.png", "512x512", "maskable"))
    small = {"src": static("img/icon-192.png"), "sizes": "192x192", "type": "image/png"}
    response = JsonResponse(
        {
            "id": "/",
            "name": _("guildhub: the home of grassroots AI guilds"),
            "short_name": "guildhub",
            "description": _("Log an hour in two taps, also without a connection. It is reviewed, and it counts."),
            "lang": request.LANGUAGE_CODE,  # type: ignore[attr-defined]  # of Django's LocaleMiddleware
            "start_url": reverse("home"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#fbfaf6",
            "theme_color": "#a8401f",
            "icons": [
                {"src": static(f"img/{name}"), "sizes": size, "type": "image/png", "purpose": purpose}
                for name, size, purpose in sizes
            ],
            "shortcuts": [
                {"name": _("Log hours"), "url": reverse("contributions:log"), "icons": [small]},
                {"name": _("My hours"), "url": reverse("contributions:hours"), "icons": [small]},
            ],
        },
        content_type="application/manifest+json",
    )
    patch_cache_control(response, private=True, max_age=86_400)
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page a phone keeps: the form for hours, with nothing in it that belongs to anybody.

    It is rendered as for somebody without an account, whoever asks. The phone itself fills in the tasks of whoever
    logged hours on it last, and forgets them when they sign out.
    """
    request.user = AnonymousUser()
    form = LogForm(today=timezone.localdate())
    # Messages are for the page that somebody is about to see, not for one that is put aside.
    response = render(request, "guildhub/offline.html", {"form": form, "messages": ()})
    patch_cache_control(response, private=True, no_cache=True)
    return response
