"""What people type about problems, projects and tasks, checked for shape; the rules stay in the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from core.languages import WRITTEN_LANGUAGES
from guilds.models import Guild
from projects.models import Problem, Project, Task
from projects.rules import TASK_MINUTES_LEAST, TASK_MINUTES_MOST

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
PROJECT_STEPS = {
    "incubating": _("Start it: tasks and hours are welcome"),
    "active": _("Make it active"),
    "release_ready": _("Ready for release"),
    "adopted": _("Somebody uses it: adopted"),
    "dormant": _("Let it rest"),
    "archived": _("Archive it for good"),
    "quarantined": _("Quarantine it"),
}
ANY = ("", _("Any"))


def language_field() -> forms.ChoiceField:
    """Which language the words of a form are in."""
    return forms.ChoiceField(
        label=_("Language of these words"),
        choices=WRITTEN_LANGUAGES,
        initial="en",
        help_text=_("Write in the language in which it can be told best."),
    )


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
        fields = (
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
            "latitude": _("Optional; in degrees, north of the equator without a sign."),
            "longitude": _("Optional; in degrees, east of Greenwich without a sign."),
        }
        widgets = {"evidence": forms.Textarea(attrs={"rows": 4})}


class NewProblemForm(ProblemForm):
    """The same, and in which of the writer's guilds."""

    guild = forms.ChoiceField(label=_("Guild"), help_text=_("Its maintainers read what you hand in."))
    field_order = ("guild",)

    def __init__(self, *args: Any, guilds: Sequence[Guild], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The writer's guilds were read already, so that the form costs no statement of its own.
        self.by_pk = {str(guild.pk): guild for guild in guilds}
        self.fields["guild"].choices = [(pk, f"\u2068{guild.name}\u2069") for pk, guild in self.by_pk.items()]

    def clean_guild(self) -> Guild:
        """One of the writer's own guilds."""
        return self.by_pk[self.cleaned_data["guild"]]


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


class ProjectStepForm(ReasonForm):
    """The same for projects, where forward steps need no words."""

    def __init__(self, data: Any = None, *, steps: Iterable[tuple[str, Any]]) -> None:
        super().__init__(data, steps=steps)
        self.fields["reason"].required = False
        self.fields["reason"].help_text = _("Needed to let it rest, archive or quarantine it. Members will read it.")


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


class ProjectForm(forms.ModelForm):
    """What a project will do, in words."""

    repository_url = forms.URLField(
        label=_("Repository"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("Where its files live, if there is such a place yet."),
    )
    language = language_field()

    class Meta:
        model = Project
        fields = ("title", "summary", "repository_url", "language")
        widgets = {"summary": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "title": _("What people will call it."),
            "summary": _("What it does, for whom, and how they will come by it. A plan is enough."),
        }

    def clean_repository_url(self) -> str:
        """Only web addresses: people will press it."""
        url: str = self.cleaned_data["repository_url"]
        if url and not url.lower().startswith(("https://", "http://")):
            raise forms.ValidationError(_("Write a whole web address, like https://example.org/work."))
        return url


class TaskForm(forms.ModelForm):
    """A piece of work; once it is published, what points depend on is left out of the form."""

    skills = SimpleArrayField(
        forms.CharField(max_length=40),
        label=_("Skills"),
        required=False,
        help_text=_("Separated by commas, for example: Python, Assamese."),
    )
    estimate_minutes = forms.IntegerField(
        label=_("Minutes it should take"),
        min_value=TASK_MINUTES_LEAST,
        max_value=TASK_MINUTES_MOST,
        initial=60,
        widget=forms.NumberInput(attrs={"step": 5, "inputmode": "numeric"}),
        help_text=_("Between 15 and 120. Cut bigger work into several tasks."),
    )
    is_starter = forms.BooleanField(label=_("Good first task for somebody new"), required=False)

    class Meta:
        model = Task
        fields = ("title", "description", "role", "estimate_minutes", "difficulty", "skills", "is_starter")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 8}),
            "difficulty": forms.RadioSelect(attrs={"class": "chips"}),
        }
        help_texts = {
            "title": _("What will be there afterwards: “Forty flood photos labelled”."),
            "description": _("Where to start, what to do, and how to see that it is done."),
            "difficulty": _("It weighs the points, and is fixed when you publish the task."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.published_at is not None:
            for name in ("role", "estimate_minutes", "difficulty"):
                del self.fields[name]
