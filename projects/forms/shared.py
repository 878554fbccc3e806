"""Pieces of more than one form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.languages import WRITTEN_LANGUAGES

ANY = ("", _("Any"))


def language_field() -> forms.ChoiceField:
    """Which language the words of a form are in."""
    return forms.ChoiceField(
        label=_("Language of these words"),
        choices=WRITTEN_LANGUAGES,
        initial="en",
        help_text=_("Write in the language in which it can be told best."),
    )


class ReasonForm(forms.Form):
    """A step that needs words: which one, and why."""

    to = forms.ChoiceField(label=_("What should happen?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence that its author and the guild's members will read."),
    )

    def __init__(self, data: Any = None, *, steps: Iterable[tuple[str, Any]]) -> None:
        super().__init__(data, prefix="step")
        choices = list(steps)
        self.fields["to"].choices = choices
        self.fields["to"].initial = choices[0][0] if len(choices) == 1 else None
