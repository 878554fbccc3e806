"""The addresses of moderation."""

from __future__ import annotations

from django.urls import path

from moderation import views

app_name = "moderation"

urlpatterns = [
    path("report/<slug:kind>/<uuid:pk>/", views.report, name="report"),
    path("moderation/", views.cases, name="cases"),
    path("moderation/<uuid:pk>/", views.case, name="case"),
]
