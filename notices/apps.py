"""Notices' place in the house: one line for one person about one thing that happened."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.registries import register_about_reader
        from notices import checks, handlers, own_digest, page_slots, personal_data, written

        personal_data.register()
        handlers.register()
        page_slots.register()
        own_digest.register()
        checks.register()
        written.register()
        register_about_reader(
            "unread",
            "(SELECT count(*) FROM notices_notice n WHERE n.subject_id = ANY(:ids:) AND n.read_at IS NULL)",
        )
