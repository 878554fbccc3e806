"""Contributions' place in the house."""

from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "contributions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contributions import digest, guild_data, handlers, integrity, page_slots, personal_data, written

        personal_data.register()
        written.register()
        guild_data.register()
        handlers.register()
        integrity.register()
        page_slots.register()
        digest.register()
