"""Every address of guildhub."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from guildhub.views import gallery, health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
    path("components", gallery.gallery, name="components"),
    path("admin/", admin.site.urls),
]
