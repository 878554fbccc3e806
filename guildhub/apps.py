"""The top of the house."""

from django.apps import AppConfig


class GuildhubConfig(AppConfig):
    name = "guildhub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Celery's shared tasks need an app before the first nudge.
        from guildhub import (
            celery,  # noqa: F401
            personal_data,
            written,
        )

        personal_data.register()
        written.register()
