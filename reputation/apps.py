"""Reputation's place in the house: the ledger, which knows people and things by their random ids only."""

from django.apps import AppConfig


class ReputationConfig(AppConfig):
    name = "reputation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.registries import holds_nothing_personal
        from reputation.models import Account, Entry, Transfer

        why = "random ids, amounts and hashes; erasing a person must change no sum and no hash"
        for model in (Account, Transfer, Entry):
            holds_nothing_personal(model, why)
