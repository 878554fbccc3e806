"""Allauth's forms of signing in, with one word for an address, and no words in a field that repeat its label."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    LoginForm,
    RequestLoginCodeForm,
    SignupForm,
)
from allauth.core import context
from django.utils.translation import gettext_lazy as _

from accounts.door.forms import check_tries


class _PlainAddress:
    """Mixed into a form: its address has this label, and no placeholder that repeats it."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("login", "email"):
            if field := self.fields.get(name):
                field.label = _("E-mail address")
                field.widget.attrs.pop("placeholder", None)


class PlainLoginForm(_PlainAddress, LoginForm):
    """Who signs in."""


class PlainSignupForm(_PlainAddress, SignupForm):
    """Who makes an account."""


class PlainCodeForm(_PlainAddress, RequestLoginCodeForm):
    """Who asks for a code."""


class PlainAddEmailForm(_PlainAddress, AddEmailForm):
    """A further address of somebody signed in."""


class _PlainCode:
    """Mixed into a form: its code has no placeholder that looks like one that was typed."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.pop("placeholder", None)


class PlainConfirmLoginForm(_PlainCode, ConfirmLoginCodeForm):
    """Who types the code of signing in."""

    def clean_code(self) -> str:
        """As allauth's, with the address's own count of tries before it, whether anybody has that address or not."""
        stage = getattr(context.request, "_login_stage", None)
        check_tries(str(stage.state.get("email") or "") if stage else "")
        return str(super().clean_code())


class PlainConfirmEmailForm(_PlainCode, ConfirmEmailVerificationCodeForm):
    """Who types the code of an address."""

    def clean_code(self) -> str:
        """As allauth's, with the address's own count of tries before it."""
        check_tries(str(self.email or ""))
        return str(super().clean_code())


class PlainPasswordLoginForm(_PlainAddress, LoginForm):
    """Who signs in with a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label, field.help_text = _("Password"), ""
        field.widget.attrs.pop("placeholder", None)

    def _setup_password_field(self) -> None:
        """It stays: allauth takes it away where signing up asks for none."""

    def clean_login(self) -> str:
        """As allauth's, with the address's own count of tries before it."""
        address = str(super().clean_login())
        check_tries(address)
        return address
