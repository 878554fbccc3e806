"""The addresses of the welcome."""

from __future__ import annotations

from django.urls import path

from matching import views

app_name = "matching"

urlpatterns = [
    path("welcome/", views.question, name="welcome"),
    path("welcome/tasks/", views.tasks, name="tasks"),
    path("welcome/<slug:step>/", views.question, name="question"),
]
