"""What reporters, moderators and authors type."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.written import Concern

_AUTO = {"dir": "auto", "rows": 4}


class ReportForm(forms.Form):
    """What is wrong with something somebody wrote."""

    concern = forms.ChoiceField(label=_("What is wrong with it?"), choices=Concern.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("Only moderators read this. They see who wrote it."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=_AUTO),
    )


class HideForm(forms.Form):
    """Why words are taken from the page."""

    concern = forms.ChoiceField(
        label=_("Kind of reason"), help_text=_("Everybody reads this where the words stood."), choices=Concern.choices
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Their author reads this, with the way to appeal."),
        max_length=2000,
        widget=forms.Textarea(attrs=_AUTO),
    )


class WordsForm(forms.Form):
    """A reason, or an appeal."""

    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs=_AUTO))
