"""What programs that collect pages are asked to leave alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """One copy of the page for signing in is enough; without this there is one for each private page that leads there.

    Pages that must not be found say so themselves (`noindex`), and have to be read for that.
    """
    unwanted = (f"{reverse('account_login')}?next=", "/api/v1/", f"{reverse('search')}?")
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in unwanted), "")
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=86_400)
    return response
