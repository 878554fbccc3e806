"""The addresses of the inbox and of what people want to hear of."""

from __future__ import annotations

from django.urls import path

from notices.views.choices import choices
from notices.views.inbox import inbox
from notices.views.stop import stop

app_name = "notices"

urlpatterns = [
    path("inbox/", inbox, name="inbox"),
    path("settings/notices/", choices, name="choices"),
    path("mail/stop/<str:token>/", stop, name="stop"),
]
