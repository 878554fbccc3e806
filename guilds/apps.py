"""Guilds' place in the house."""

from django.apps import AppConfig


class GuildsConfig(AppConfig):
    name = "guilds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from guilds import guild_data, handlers, personal_data, written

        personal_data.register()
        written.register()
        guild_data.register()
        handlers.register()
