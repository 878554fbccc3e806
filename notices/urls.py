"""The address of the inbox."""

from __future__ import annotations

from django.urls import path

from notices import views

app_name = "notices"

urlpatterns = [path("inbox/", views.inbox, name="inbox")]
