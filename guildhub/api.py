"""Every address of the API. Imported by the first request below /api/v1/, not before (core/api/routes.py)."""

from __future__ import annotations

from django.urls import path, re_path

from accounts import api as accounts
from contributions import api as contributions
from core.api.endpoints import NothingHere
from guildhub import person_api as people
from guildhub import public_log_api as public_log
from guildhub import search_api as search
from guildhub.views.api_docs import schema
from guilds import api as guilds
from matching import api as matching
from moderation import api as moderation
from notices import api as notices
from projects import api as projects

app_name = "api"

urlpatterns = [
    path("schema", schema, name="schema"),
    *accounts.urlpatterns,
    *people.urlpatterns,
    *search.urlpatterns,
    *public_log.urlpatterns,
    *notices.urlpatterns,
    *guilds.urlpatterns,
    *moderation.urlpatterns,
    *projects.urlpatterns,
    *contributions.urlpatterns,
    *matching.urlpatterns,
    re_path(r"^.*$", NothingHere.as_view()),
]
