"""Reputation's place in the house: the ledger, which knows people and things by their random ids only."""

from django.apps import AppConfig


class ReputationConfig(AppConfig):
    name = "reputation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.registries import EarnedRight, register_about_reader, register_earned_right
        from reputation import guild_data, handlers, page_slots, personal_data, written
        from reputation.queries import earned_review, earned_reviewers

        personal_data.register()
        guild_data.register()
        page_slots.register()
        handlers.register()
        written.register()
        register_earned_right("reviewer", EarnedRight(earned_review, earned_reviewers))
        register_about_reader(
            "earned_review",
            """ARRAY(
                SELECT m.guild_id FROM guilds_membership m WHERE m.subject_id = ANY(:ids:) AND m.left_at IS NULL
                    AND reputation_earned_review(:ids:, m.guild_id, statement_timestamp()))""",
        )
