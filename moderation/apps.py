"""Moderation's place in the house: above guilds, whose stewards moderate, and below everything that is written about."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.registries import register_about_reader
        from moderation import handlers, page_slots, personal_data, written
        from moderation.queries import ABOUT_READER

        personal_data.register()
        written.register()
        handlers.register()
        page_slots.register()
        register_about_reader("cases", ABOUT_READER)
