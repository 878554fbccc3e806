"""What people type about problems, checked for shape; the rules stay in the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from guilds.models import Guild
from projects.forms.shared import ANY, language_field
from projects.models import Problem
from projects.rules import coarse

#: A step's button in words, by the state it leads to.
PROBLEM_STEPS = {
    "draft": _("Give it back to its author"),
    "submitted": _("Look at it again"),
    "accepted": _("Accept it"),
    "rejected": _("Don't take it"),
    "parked": _("Park it for now"),
    "in_project": _("It is in a project again"),
    "piloting": _("It is being piloted"),
    "solved": _("It is solved"),
}
MINUTES = [("15", _("15 minutes")), ("30", _("30 minutes")), ("60", _("1 hour")), ("90", _("1 hour and a half"))]
LIST_ORDERS = [
    ("", _("The newest")),
    ("affected", _("What hurts most people here")),
    ("support", _("What most people support")),
    ("tasks", _("What has open tasks")),
]


class ProblemForm(forms.ModelForm):
    """A problem as somebody on the ground tells it. Only the title is needed to save a draft."""

    statement = forms.CharField(
        label=_("What happens, and to whom?"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "As you would tell a neighbour who moved here last week. What goes wrong, when, and what it costs."
        ),
    )
    language = language_field()

    class Meta:
        model = Problem
        fields: tuple[str, ...] = (
            "title",
            "statement",
            "language",
            "affected_people",
            "affected_count",
            "place",
            "latitude",
            "longitude",
            "evidence",
        )
        labels = {"affected_people": _("Who is hurt?"), "place": _("Where?"), "evidence": _("How do you know?")}
        help_texts = {
            "title": _("One sentence that says what is wrong, not what to build."),
            "affected_people": _("For example: rice farmers on the lower islands."),
            "affected_count": _("A guess is fine; it is shown as “about”."),
            "place": _("A village, a district, a river: as people there call it."),
            "evidence": _(
                "What you saw, who told you, a report or a newspaper with its date. No names of private people."
            ),
            "latitude": _("Optional; in degrees, north of the equator without a sign. Kept to about a kilometre."),
            "longitude": _("Optional; in degrees, east of Greenwich without a sign."),
        }
        widgets = {"evidence": forms.Textarea(attrs={"rows": 4})}

    def clean_latitude(self) -> Decimal | None:
        """As coarse as it is stored, so that what is read again is what was sent."""
        return coarse(self.cleaned_data["latitude"])

    def clean_longitude(self) -> Decimal | None:
        """Likewise."""
        return coarse(self.cleaned_data["longitude"])


class WhatForm(ProblemForm):
    """The first step of telling a problem: what happens, and to whom."""

    field_order: tuple[str, ...] = ("title", "statement", "affected_people", "affected_count", "language")

    class Meta(ProblemForm.Meta):
        fields = ("title", "statement", "language", "affected_people", "affected_count")


class NewWhatForm(WhatForm):
    """The same before there is a draft, and in which of the writer's guilds."""

    guild = forms.ChoiceField(label=_("Guild"), help_text=_("Its maintainers read what you hand in."))
    field_order = ("guild", *WhatForm.field_order)

    def __init__(self, *args: Any, guilds: Sequence[Guild], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The writer's guilds were read already, so that the form costs no statement of its own.
        self.by_pk = {str(guild.pk): guild for guild in guilds}
        self.fields["guild"].choices = [(pk, f"\u2068{guild.name}\u2069") for pk, guild in self.by_pk.items()]

    def clean_guild(self) -> Guild:
        """One of the writer's own guilds."""
        return self.by_pk[self.cleaned_data["guild"]]


class WhereForm(ProblemForm):
    """The second step: the place."""

    statement = None  # type: ignore[assignment]
    language = None  # type: ignore[assignment]

    class Meta(ProblemForm.Meta):
        fields = ("place", "latitude", "longitude")
        # The page lists what the guild's other problems call their places, so that one place has one name.
        widgets = {"place": forms.TextInput(attrs={"list": "known-places", "autocomplete": "off"})}


class KnownForm(ProblemForm):
    """The third step: how it is known."""

    statement = None  # type: ignore[assignment]
    language = None  # type: ignore[assignment]

    class Meta(ProblemForm.Meta):
        fields = ("evidence",)


class DuplicateForm(forms.Form):
    """Which problem this one repeats."""

    original = forms.ChoiceField(label=_("It repeats"))

    def __init__(self, data: Any = None, *, others: Iterable[tuple[UUID, str]]) -> None:
        super().__init__(data, prefix="duplicate")
        self.fields["original"].choices = [
            ("", _("Choose the other problem")),
            *((str(pk), f"\u2068{title}\u2069") for pk, title in others),
        ]

    def clean_original(self) -> UUID:
        """The other problem's id."""
        return UUID(self.cleaned_data["original"])


class ProblemFilterForm(forms.Form):
    """What narrows the list of problems; every field may be left out, and a wrong value counts as left out."""

    text = forms.CharField(
        label=_("Words"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    place = forms.CharField(label=_("Place"), required=False, max_length=100)
    guild = forms.ChoiceField(label=_("Guild"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    skill = forms.CharField(label=_("Skill"), required=False, max_length=40)
    minutes = forms.ChoiceField(label=_("With a task of at most"), required=False, choices=[ANY, *MINUTES])
    order = forms.ChoiceField(label=_("First"), required=False, choices=LIST_ORDERS)

    def __init__(self, data: Any, *, guilds: Iterable[tuple[str, str]], languages: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["guild"].choices = [ANY, *guilds]
        self.fields["language"].choices = [ANY, *languages]
        public = [choice for choice in Problem.State.choices if choice[0] not in ("draft", "rejected")]
        self.fields["state"].choices = [ANY, *public]

    def wanted(self) -> dict[str, str]:
        """What was asked for, without the empty and the unknown."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
