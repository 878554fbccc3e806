"""The three questions, checked for shape, and the answers as an address carries them for somebody without an account."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.formats import format_minutes
from core.languages import WRITTEN_LANGUAGES, language_name
from core.text import one_line
from guilds.roles import ROLE_CHOICES
from guilds.rules import ROLES
from matching.rules import LANGUAGES_MOST, MINUTES_LEAST, MINUTES_MOST, PLACE_MOST, Answers, in_order

WEEKS = (15, 30, 60, 120, 180, 300)
#: What each kind of help is, for somebody who never did any; what needs least first.
KIND_HINTS = {
    "annotation": _("Annotation: labelling pictures, sounds or words"),
    "translation": _("Translation: between languages you speak"),
    "field": _("Field work: measuring, photographing, asking around"),
    "testing": _("Testing: trying things and saying what breaks"),
    "data": _("Data: collecting and cleaning tables"),
    "docs": _("Documentation: writing how things work"),
    "teaching": _("Teaching: showing others how"),
    "organising": _("Organising: bringing people together"),
    "research": _("Research: reading and finding out"),
    "design": _("Design: how things look and feel"),
    "code": _("Code: programs and websites"),
}


class KindsForm(forms.Form):
    """What somebody can do."""

    kind = forms.MultipleChoiceField(
        label=_("Kinds of help"),
        required=False,
        choices=list(KIND_HINTS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick what you would like to do, whether you have learnt it or not."),
    )


class WhereForm(forms.Form):
    """Where somebody is, and what they speak."""

    place = forms.CharField(
        label=_("Your place"),
        required=False,
        max_length=PLACE_MOST,
        help_text=_(
            "A town, a district, a river: as people there call it. It is looked for in the places of problems."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.MultipleChoiceField(
        label=_("Languages you speak"),
        required=False,
        choices=WRITTEN_LANGUAGES,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chips"}),
    )

    def clean_place(self) -> str:
        """One line of it."""
        return one_line(self.cleaned_data["place"], length=PLACE_MOST)

    def clean_language(self) -> list[str]:
        """At most as many as the database holds."""
        chosen: list[str] = self.cleaned_data["language"]
        if len(chosen) > LANGUAGES_MOST:
            raise forms.ValidationError(_("At most twelve languages."))
        return chosen


class TimeForm(forms.Form):
    """How much time somebody has."""

    minutes = forms.TypedChoiceField(
        label=_("In an ordinary week"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        help_text=_("A guess will do. You see tasks that fit into it."),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        known = (self.initial or {}).get("minutes")
        offered = sorted({*WEEKS, *([known] if known else [])})
        self.fields["minutes"].choices = [(n, f"\u2068{format_minutes(n)}\u2069") for n in offered]


def answers_from(data: QueryDict) -> Answers:
    """What an address says; a wrong value counts as left out, as a stale link must not break."""
    minutes = data.get("minutes", "")
    is_number = minutes.isascii() and minutes.isdecimal() and len(minutes) <= 4
    return Answers(
        kinds=in_order(data.getlist("kind"), ROLES, most=len(ROLES)),
        place=one_line(data.get("place", ""), length=PLACE_MOST),
        languages=in_order(data.getlist("language"), dict(WRITTEN_LANGUAGES), most=LANGUAGES_MOST),
        minutes=int(minutes) if is_number and MINUTES_LEAST <= int(minutes) <= MINUTES_MOST else None,
    )


def pairs(answers: Answers, *, without: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Name and value of each answer, as the forms send them."""
    found = [
        *(("kind", kind) for kind in answers.kinds),
        *([("place", answers.place)] if answers.place else []),
        *(("language", code) for code in answers.languages),
        *([("minutes", str(answers.minutes))] if answers.minutes else []),
    ]
    return [pair for pair in found if pair[0] not in without]


def tail(answers: Answers, *, without: tuple[str, ...] = ()) -> str:
    """The end of an address that carries the answers, "" for none."""
    found = pairs(answers, without=without)
    return f"?{urlencode(found)}" if found else ""


def stored_fields(values: dict[str, Any]) -> dict[str, Any]:
    """What a form says, under the names the service knows."""
    names = {"kind": "kinds", "place": "place", "language": "languages", "minutes": "minutes_a_week"}
    return {names[name]: value for name, value in values.items()}


def shown_answers(answers: Answers) -> dict[str, Any]:
    """The answers in the reader's words, for a list of facts; an empty one was skipped."""
    roles = dict(ROLE_CHOICES)
    return {
        "kinds": [str(roles[kind]) for kind in answers.kinds],
        "place": answers.place,
        "languages": [(code, language_name(code)) for code in answers.languages],
        "minutes": answers.minutes,
    }
