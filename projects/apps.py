"""Projects' place in the house."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from projects import digest, guild_data, handlers, page_slots, personal_data, written

        personal_data.register()
        written.register()
        guild_data.register()
        handlers.register()
        page_slots.register()
        digest.register()
