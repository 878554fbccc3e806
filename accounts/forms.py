"""What people tell about themselves, and the two things they must mean: claiming a history, being forgotten."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import ImportedIdentity, Profile

#: Zones that are aliases of others or no place where anybody lives.
_NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


class ProfileForm(forms.ModelForm):
    """Name, handle, time zone, language, and whether the name is shown to everybody."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Says what “today” is on your pages. Weeks of points go by the day you name, wherever you are."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = Profile
        fields = ("display_name", "handle", "timezone", "language", "is_name_public")
        labels = {"display_name": _("Name")}
        help_texts = {
            "display_name": _("What members of your guilds call you. Leave it empty to be “a contributor”."),
            "handle": _("A short name for addresses: small letters, digits and hyphens."),
            "is_name_public": _("Off: on public pages you are “a contributor”."),
        }
        error_messages = {"handle": {"unique": _("Somebody has this handle. Choose another one.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(_NO_PLACES))
        self.fields["timezone"].choices = [
            ("UTC", "UTC"),
            *((zone, zone.replace("_", " ")) for zone in zones),
        ]
        offered = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
        self.fields["language"].choices = [("", pgettext("language", "as the browser asks")), *offered]

    def clean_handle(self) -> str | None:
        """An empty handle is none, or only one person could have none."""
        return self.cleaned_data["handle"] or None


_GONE = _("This author is not in any history here any more. Reload the page.")


class ClaimForm(forms.Form):
    """One imported author who the person says they are."""

    identity = forms.UUIDField(label=_("Author"), error_messages={"invalid": _GONE, "required": _GONE})

    def clean_identity(self) -> ImportedIdentity:
        """The author; whether they may be claimed is for the service to say."""
        found = ImportedIdentity.objects.filter(pk=self.cleaned_data["identity"]).first()
        if found is None:
            raise forms.ValidationError(_GONE)
        return found


class EraseForm(forms.Form):
    """The word that shows it is meant."""

    sure = forms.CharField(
        label=_("Type “erase” to go on"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )

    def clean_sure(self) -> str:
        """The word itself, in English or in the reader's language."""
        typed: str = self.cleaned_data["sure"].strip().casefold()
        if typed not in {"erase", str(pgettext("the word typed to confirm erasure", "erase")).casefold()}:
            raise forms.ValidationError(_("Nothing was erased. Type the word “erase” if you mean it."))
        return typed
