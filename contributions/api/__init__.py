"""The API of hours, verdicts and points: the same verbs for the same people as on their pages."""

from __future__ import annotations

from django.urls import path

from contributions.api import boards, challenges, history, hours, integrity, looks, pictures, points, reviews, snippets

urlpatterns = [
    path("me/hours", hours.OwnHours.as_view()),
    path("me/year", pictures.OwnYear.as_view()),
    path("hours", hours.Logging.as_view()),
    path("hours/kept", hours.LoggingKept.as_view()),
    path("hours/<uuid:pk>", hours.OneWork.as_view()),
    path("hours/<uuid:pk>/submit", hours.HandingIn.as_view()),
    path("hours/<uuid:pk>/withdraw", hours.Withdrawing.as_view()),
    path("hours/<uuid:pk>/retry", hours.Retrying.as_view()),
    path("reviews", reviews.Queue.as_view()),
    path("hours/<uuid:pk>/take", reviews.Taking.as_view()),
    path("hours/<uuid:pk>/release", reviews.Releasing.as_view()),
    path("hours/<uuid:pk>/verdict", reviews.Judging.as_view()),
    path("hours/<uuid:pk>/verdict/undo", reviews.Undoing.as_view()),
    path("integrity-cases", integrity.IntegrityCases.as_view()),
    path("integrity-cases/<uuid:pk>/close", integrity.ClosingCase.as_view()),
    path("second-looks", looks.SecondLooks.as_view()),
    path("second-looks/<uuid:pk>", looks.Looking.as_view()),
    path("hours/<uuid:pk>/challenge", challenges.Disputing.as_view()),
    path("challenges", challenges.Challenges.as_view()),
    path("challenges/<uuid:pk>", challenges.OneChallenge.as_view()),
    path("challenges/<uuid:pk>/vote", challenges.Voting.as_view()),
    path("challenges/<uuid:pk>/decline", challenges.Declining.as_view()),
    path("verdicts", reviews.JudgingMany.as_view()),
    path("me/snippets", snippets.Snippets.as_view()),
    path("me/snippets/<uuid:pk>", snippets.OneSnippet.as_view()),
    path("me/snippets/<uuid:pk>/delete", snippets.Deleting.as_view()),
    path("me/balances", points.Balances.as_view()),
    path("me/points", points.Points.as_view()),
    path("projects/<slug:slug>/histories", history.Histories.as_view()),
    path("projects/<slug:slug>/histories/<uuid:pk>", history.OneHistory.as_view()),
    path("projects/<slug:slug>/histories/<uuid:pk>/start", history.Starting.as_view()),
    path("projects/<slug:slug>/histories/<uuid:pk>/discard", history.Discarding.as_view()),
    path("projects/<slug:slug>/histories/<uuid:pk>/take-back", history.TakingBack.as_view()),
    path("projects/<slug:slug>/proposed-sessions", history.Proposals.as_view()),
    path("guilds/<slug:slug>/board", boards.OneBoard.as_view()),
    path("guilds/<slug:slug>/boards", boards.Switching.as_view()),
    path("guilds/<slug:slug>/ledger", points.Ledger.as_view()),
    path("guilds/<slug:slug>/month", pictures.Month.as_view()),
    path("projects/<slug:slug>/hours-by-kind", pictures.HoursByKind.as_view()),
]
