"""allauth's forms of the second step and of forges, with our words and nothing that repeats a label."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.socialaccount.forms import SignupForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.door.limits import TooManyTries, count_try
from accounts.models import User


def check_tries(address: str) -> None:
    """Count a try for this address; says as a form error that there were too many."""
    try:
        count_try(address)
    except TooManyTries as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from refusal


class SecondStepForm(AuthenticateForm):
    """The number in the app, or a code from the paper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Number from your app, or a code from paper")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        """As allauth's, with the account's own count of tries before it."""
        check_tries(self.user.email)
        return str(super().clean_code())


class AppForm(ActivateTOTPForm):
    """The first number of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Number that the app shows now")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        """As allauth's, with the account's own count of tries before it."""
        check_tries(self.user.email)
        return str(super().clean_code())


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey: its name, and whether it signs in by itself."""

    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without a code by mail"),
        help_text=_("It then asks for your finger, your face or a PIN."),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you know it from others: “My phone”.")
        self.fields["name"].max_length = 60
        self.fields["name"].widget.attrs |= {"maxlength": "60", "dir": "auto"}

    def clean_name(self) -> str:
        """As allauth's, cut to what the page shows."""
        return str(super().clean_name())[:60]


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"dir": "auto"}), initial=self.initial["name"]
        )


class ForgeSignupForm(SignupForm):
    """Whoever comes from a forge that names no address of theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)


class PasswordForm(forms.Form):
    """A password somebody wants to sign in with, besides codes."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        min_length=10,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ten characters or more. Four words that don't belong together are a good one."),
    )
    again = forms.CharField(
        label=_("The same once more"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """None that everybody tries first."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        values = super().clean() or {}
        if values.get("password") and values.get("again") and values["password"] != values["again"]:
            self.add_error("again", _("The two are not the same."))
        return values
