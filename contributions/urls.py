"""The addresses of hours, reviews and points. The guild's ledger page is `guilds:ledger`, routed in `guildhub/urls.py`."""

from __future__ import annotations

from django.urls import path

from contributions.views import (
    boards,
    challenges,
    edit,
    entry,
    history,
    integrity,
    log,
    looks,
    outbox,
    own,
    pictures,
    points,
    review,
    snippets,
    trust,
)

app_name = "contributions"

urlpatterns = [
    path("log/", log.log, name="log"),
    path("log/outbox/", outbox.outbox, name="outbox"),
    path("me/hours/", own.hours, name="hours"),
    path("me/year/", pictures.year, name="year"),
    path("me/points/", points.points, name="points"),
    path("contributions/<uuid:pk>/", entry.contribution, name="contribution"),
    path("contributions/<uuid:pk>/edit/", edit.edit, name="edit"),
    path("challenges/", challenges.challenges, name="challenges"),
    path("challenges/<uuid:pk>/", challenges.challenge, name="challenge"),
    path("review/second/", looks.second_looks, name="second_looks"),
    path("integrity/", integrity.integrity_cases, name="integrity_cases"),
    path("integrity/<uuid:pk>/", integrity.integrity_case, name="integrity_case"),
    path("guilds/<slug:slug>/board/", boards.board, name="board"),
    path("guilds/<slug:slug>/trust/", trust.trust, name="trust"),
    path("review/phrases/", snippets.snippets, name="snippets"),
    path("review/", review.reviews, name="reviews"),
    path("projects/<slug:slug>/review/", review.project_reviews, name="review_queue"),
    path("projects/<slug:slug>/hours/", pictures.project_hours, name="project_hours"),
    path("projects/<slug:slug>/history/", history.history, name="history"),
    path("projects/<slug:slug>/history/<uuid:pk>/", history.history_import, name="history_import"),
    path(
        "projects/<slug:slug>/history/<uuid:pk>/progress/",
        history.import_progress,
        name="history_import_progress",
    ),
    path(
        "projects/<slug:slug>/history/accepted/<uuid:pk>/progress/",
        history.acceptance_progress,
        name="history_acceptance_progress",
    ),
]
