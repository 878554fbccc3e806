"""Reputation's place in the house: the ledger, which knows people and things by their random ids only."""

from django.apps import AppConfig


class ReputationConfig(AppConfig):
    name = "reputation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reputation import personal_data

        personal_data.register()
