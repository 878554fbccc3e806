"""Accounts' place in the house: who people are, and how they are forgotten."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import handlers, personal_data

        personal_data.register()
        handlers.register()
