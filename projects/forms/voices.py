"""What a member writes down of what somebody said."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.languages import WRITTEN_LANGUAGES
from projects.forms.shared import language_field
from projects.models import Voice
from projects.rules import names_a_way_to_reach_somebody


class VoiceForm(forms.ModelForm):
    """One voice, and how its person agreed."""

    words = forms.CharField(
        label=_("What did they say?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Their own words, in their own language, as nearly as you can."),
    )
    language = language_field()
    translation_language = forms.ChoiceField(
        label=_("Language of the translation"), choices=WRITTEN_LANGUAGES, initial="en", required=False
    )
    is_public = forms.BooleanField(
        label=_("They agreed that everybody may read it, not only the guild"), required=False
    )

    class Meta:
        model = Voice
        fields = (
            "words",
            "language",
            "translation",
            "translation_language",
            "role",
            "place",
            "consent",
            "consented_on",
            "is_public",
        )
        labels = {
            "translation": _("In another language"),
            "role": _("Who speaks?"),
            "place": _("Where?"),
            "consent": _("How did they agree that you write it down here?"),
            "consented_on": _("On which day?"),
        }
        help_texts = {
            "role": _("What they do or are there, not who: “a fisher”, “a mother of two”, “the schoolteacher”."),
            "place": _("As people there call it; a larger place when a small one would tell who it is."),
        }
        widgets = {
            "translation": forms.Textarea(attrs={"rows": 3}),
            "consent": forms.RadioSelect,
            "consented_on": forms.DateInput(attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].choices = Voice.Consent.choices
        self.fields["consented_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_consented_on(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["consented_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("That day hasn't come yet."))
        return day

    def clean_translation_language(self) -> str:
        """English, unless they say otherwise."""
        return self.cleaned_data["translation_language"] or "en"

    def clean(self) -> dict[str, Any]:
        """Each text that names a way to reach somebody says so itself."""
        values: dict[str, Any] = super().clean() or {}
        for name in ("words", "translation", "role", "place"):
            if names_a_way_to_reach_somebody(values.get(name, "")):
                self.add_error(name, _("This looks like a telephone number or an e-mail address. Please leave it out."))
        return values


class WithdrawVoiceForm(forms.Form):
    """Which voice is taken back."""

    voice = forms.UUIDField(widget=forms.HiddenInput)
