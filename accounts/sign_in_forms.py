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
from django.utils.translation import gettext_lazy as _


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


class PlainConfirmEmailForm(_PlainCode, ConfirmEmailVerificationCodeForm):
    """Who types the code of an address."""
