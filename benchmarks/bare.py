"""The yardstick: a Django view that answers two bytes, without middleware, database or template."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def view(request: HttpRequest) -> HttpResponse:
    """Nothing but Django's own way from a request to a response."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("", view)]

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="yardstick", MIDDLEWARE=[], USE_I18N=False)
application = get_wsgi_application()
