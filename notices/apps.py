"""Notices' place in the house: one line for one person about one thing that happened."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from notices import handlers, personal_data

        personal_data.register()
        handlers.register()
