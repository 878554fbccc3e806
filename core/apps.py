"""Core's place in the house: the tables and registries that every app stands on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import log_integrity, public_log, registries

        registries.subscribe(public_log.CONSUMER, public_log.sequence_events, None)
        log_integrity.register()
