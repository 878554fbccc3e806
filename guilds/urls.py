"""Addresses of guilds. The ledger's page needs the apps above and is added in `guildhub/urls.py`, as are the links to join."""

from django.urls import path

from guilds import views

app_name = "guilds"
urlpatterns = [
    path("", views.guilds, name="guilds"),
    path("new/", views.guild_new, name="guild_new"),
    path("<slug:slug>/", views.guild, name="guild"),
    path("<slug:slug>/edit/", views.guild_edit, name="guild_edit"),
    path("<slug:slug>/care/", views.care, name="care"),
    path("<slug:slug>/rules/", views.policy, name="policy"),
    path("<slug:slug>/invitations/", views.invitations, name="invitations"),
    path("<slug:slug>/invitations/<uuid:pk>/", views.invitation_list, name="invitation_list"),
    path("<slug:slug>/invitations/<uuid:pk>/not-invited.csv", views.invitation_rows, name="invitation_rows"),
    path("<slug:slug>/invitations/<uuid:pk>/progress/", views.invitation_progress, name="invitation_progress"),
    path("<slug:slug>/export/", views.export, name="export"),
    path("<slug:slug>/export/<uuid:export_id>/", views.export_file, name="export_file"),
    path("<slug:slug>/export/<uuid:export_id>/progress/", views.export_progress, name="export_progress"),
]
