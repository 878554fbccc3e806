"""What people type about projects and tasks, checked for shape; the rules stay in the services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from projects.forms.shared import ReasonForm, language_field
from projects.models import Project, Task
from projects.rules import TASK_MINUTES_LEAST, TASK_MINUTES_MOST

#: A step's button in words, by the state it leads to.
PROJECT_STEPS = {
    "incubating": _("Start it: tasks and hours are welcome"),
    "active": _("Make it active"),
    "release_ready": _("Ready for release"),
    "adopted": _("Somebody uses it: adopted"),
    "dormant": _("Let it rest"),
    "archived": _("Archive it for good"),
    "quarantined": _("Quarantine it"),
}


class ProjectStepForm(ReasonForm):
    """The same for projects, where forward steps need no words."""

    def __init__(self, data: Any = None, *, steps: Iterable[tuple[str, Any]]) -> None:
        super().__init__(data, steps=steps)
        self.fields["reason"].required = False
        self.fields["reason"].help_text = _("Needed to let it rest, archive or quarantine it. Members will read it.")


class WholeAddressField(forms.URLField):
    """A web address that people may press: nothing but http and https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=300, assume_scheme="https", required=False, **kwargs)

    def clean(self, value: Any) -> str:
        url: str = super().clean(value)
        if url and not url.lower().startswith(("https://", "http://")):
            raise forms.ValidationError(_("Write a whole web address, like https://example.org/work."))
        return url


class ProjectForm(forms.ModelForm):
    """What a project will do, in words."""

    repository_url = WholeAddressField(
        label=_("Repository"), help_text=_("Where its files live, if there is such a place yet.")
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


class ProgressForm(forms.Form):
    """How far somebody has come with a task; every field may be left out when it is given back."""

    words = forms.CharField(
        label=_("Where does it stand?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is done, what is missing, what you would do next. The guild's members read it."),
    )
    link = WholeAddressField(label=_("Where does the work lie?"))
    percent = forms.IntegerField(
        label=_("How much is done, about (percent)"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, *, prefix: str) -> None:
        super().__init__(data, prefix=prefix)


class ClaimForm(forms.Form):
    """For how many days somebody takes a task."""

    days = forms.TypedChoiceField(label=_("For how long?"), coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any = None, *, most_days: int) -> None:
        super().__init__(data)
        choices = sorted({days for days in (3, 7, 14, 21, 30) if days < most_days} | {most_days}, reverse=True)
        self.fields["days"].choices = [(days, days_in_words(days)) for days in choices]
        self.fields["days"].initial = most_days


def days_in_words(days: int) -> str:
    """So many days, in the reader's language."""
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
