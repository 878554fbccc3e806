"""The addresses of a person's settings; signing in is allauth's, below /accounts/."""

from __future__ import annotations

from django.urls import path

from accounts import views
from accounts.door import views as door

app_name = "accounts"

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/tokens/", views.tokens, name="tokens"),
    path("settings/door/", door.door, name="door"),
    path("settings/password/", door.password, name="password"),
    path("settings/sessions/", door.sessions, name="sessions"),
    path("settings/export/", views.export, name="export"),
]
