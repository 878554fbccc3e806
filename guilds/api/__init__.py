"""The API of guilds: the same verbs for the same people as on their pages."""

from __future__ import annotations

from django.urls import path

from guilds.api.guilds import Guilds, Joining, Leaving, OneGuild, Opening, OwnGuilds
from guilds.api.rights import Grants, Members, Revoking, Rules

urlpatterns = [
    path("me/guilds", OwnGuilds.as_view()),
    path("guilds", Guilds.as_view()),
    path("guilds/<slug:slug>", OneGuild.as_view()),
    path("guilds/<slug:slug>/open", Opening.as_view()),
    path("guilds/<slug:slug>/join", Joining.as_view()),
    path("guilds/<slug:slug>/leave", Leaving.as_view()),
    path("guilds/<slug:slug>/members", Members.as_view()),
    path("guilds/<slug:slug>/grants", Grants.as_view()),
    path("guilds/<slug:slug>/grants/<uuid:pk>/revoke", Revoking.as_view()),
    path("guilds/<slug:slug>/policy", Rules.as_view()),
]
