"""Guilds' place in the house."""

from django.apps import AppConfig


class GuildsConfig(AppConfig):
    name = "guilds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.registries import register_about_reader
        from guilds import guild_data, handlers, personal_data, written
        from guilds.queries import ABOUT_READER

        personal_data.register()
        written.register()
        guild_data.register()
        handlers.register()
        for name, sql in ABOUT_READER.items():
            register_about_reader(name, sql)
