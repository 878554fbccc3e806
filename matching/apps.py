"""Matching's place in the house: what somebody can and wants to do, and the tasks that fit it."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.registries import register_about_reader
        from core.written import not_reportable
        from matching import page_slots, personal_data
        from matching.models import Availability

        personal_data.register()
        page_slots.register()
        not_reportable(Availability, "only its owner sees it", "kinds", "languages", "place")
        # Home leads whoever never answered to the questions; read along, because home may not take a statement more.
        register_about_reader(
            "answered", "EXISTS (SELECT FROM matching_availability a WHERE a.subject_id = accounts_user.subject_id)"
        )
        # The ring of a week is full at what they said they have.
        register_about_reader(
            "minutes_a_week",
            "(SELECT a.minutes_a_week FROM matching_availability a WHERE a.subject_id = accounts_user.subject_id)",
        )
