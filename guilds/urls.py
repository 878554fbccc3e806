"""Addresses of guilds. The ledger's page needs the apps above and is added in `guildhub/urls.py`."""

from django.urls import path

from guilds.views import guild, guild_new, guilds

app_name = "guilds"
urlpatterns = [
    path("", guilds, name="guilds"),
    path("new/", guild_new, name="guild_new"),
    path("<slug:slug>/", guild, name="guild"),
]
