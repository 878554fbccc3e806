"""Moderation's place in the house: above guilds, whose stewards moderate, and below everything that is written about."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from moderation import handlers, personal_data, written

        personal_data.register()
        written.register()
        handlers.register()
