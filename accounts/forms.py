"""What people tell about themselves, and the two things they must mean: claiming a history, being forgotten."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import ImportedIdentity, Profile, Token
from accounts.rules import is_reserved

#: Zones that are aliases of others or no place where anybody lives.
_NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


class ProfileForm(forms.ModelForm):
    """Name, handle, time zone and language."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Says what “today” is on your pages. Weeks of points go by the day you name, wherever you are."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = Profile
        fields = ("display_name", "handle", "timezone", "language")
        labels = {"display_name": _("Name")}
        help_texts = {
            "display_name": _("What members of your guilds call you. Leave it empty to be “a contributor”."),
            "handle": _(
                "A short name for the address of your page: small letters, digits and hyphens. When you change it, the "
                "address before leads nowhere."
            ),
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
        handle = self.cleaned_data["handle"] or None
        if handle and handle != self.initial.get("handle") and is_reserved(handle):
            raise forms.ValidationError(_("This handle would pass for the house itself. Choose another one."))
        return handle


class LinesField(forms.CharField):
    """A list typed one item a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class PageForm(forms.ModelForm):
    """What of a person everybody may see. Everything is off until its person says otherwise."""

    links = LinesField(
        label=_("Links"), required=False, max_length=1600, help_text=_("One a line, five at most, each from https://.")
    )
    public_sections = forms.MultipleChoiceField(
        label=_("What everybody may see"),
        choices=Profile.Section.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Members of a guild see each other's names, hours and verdicts there anyway. Nobody but reviewers ever sees "
            "your notes, your evidence and the time of day."
        ),
    )

    class Meta:
        model = Profile
        fields = ("is_name_public", "public_sections", "about", "links", "may_be_indexed")
        widgets = {"about": forms.Textarea(attrs={"rows": 4})}
        labels = {
            "is_name_public": _("My name"),
            "may_be_indexed": _("Let people find my page, by the search here and by search engines"),
        }
        help_texts = {
            "is_name_public": _("Off: on public pages you are “a contributor”."),
            "about": _("Shown only when you tick “My words about myself”."),
        }

    def clean_links(self) -> list[str]:
        """Addresses of the web, each looked at for itself."""
        links: list[str] = list(dict.fromkeys(self.cleaned_data["links"]))
        if len(links) > 5:
            raise forms.ValidationError(_("At most five links."))
        for link in links:
            try:
                Profile._meta.get_field("links").base_field.clean(link, None)
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    _("“%(link)s” is no address of the web. Each begins with https:// or http://."),
                    params={"link": link[:80]},
                ) from error
        return links

    def clean(self) -> dict[str, Any]:
        """A page has an address, or nobody could open it."""
        values = super().clean() or self.cleaned_data
        if values.get("public_sections") and not self.instance.handle:
            self.add_error("public_sections", _("Choose a handle above and save it first: it is your page's address."))
        return values


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


class TokenForm(forms.Form):
    """A token for a program: what it is called, what it may do, and how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Where you will use it, so that you know which one to take back: “My phone”, “Night script”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Token.Scope.choices,
        initial=[Token.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself. Tick as little as the program needs."),
    )
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        initial=30,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
    )


class RevokeTokenForm(forms.Form):
    """Which token is taken back."""

    token = forms.UUIDField()
