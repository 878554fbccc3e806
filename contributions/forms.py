"""What people type about hours and verdicts, checked for shape; the rules stay in the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from contributions.rules import ENTRY_MINUTES_MOST
from contributions.services import EntryInput
from core.formats import format_minutes
from core.ids import uuid7
from core.prepared import first_of, prepared
from projects.models import Task

OTHER = "other"
LENGTHS = (30, 60, 120, 180)
USUAL_LENGTH = 60

RUBRIC = [
    (1, _("Can't be used: return it, or don't accept it")),
    (2, _("Partly usable; much is missing or wrong")),
    (3, _("Does what the task asked")),
    (4, _("Well done: complete, clear, checked")),
    (5, _("Outstanding: others can build on it as it is")),
]


class _WorkForm(forms.Form):
    """The fields of an entry: which task, which day, how long, from when, and what shows it."""

    task = forms.UUIDField(label=_("Task"), widget=forms.Select)
    started = forms.TimeField(
        label=_("Started at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Only if you want the clock times kept. Nobody but you, reviewers and stewards sees them."),
    )
    note = forms.CharField(
        label=_("What did you do?"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    link = forms.URLField(
        label=_("Link"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("A pull request, a document, a photo album: whatever shows the work."),
        error_messages={"invalid": _("Write a whole web address, like https://example.org/work.")},
    )

    def clean_task(self) -> Task:
        """The task with its project and guild; drafts are nobody's yet."""
        found = first_of(_task(self.cleaned_data["task"]))
        if found is None:
            raise forms.ValidationError(_("This task is gone. Choose another one."))
        return found

    def clean_link(self) -> str:
        """Only web addresses: a reviewer will press it."""
        link: str = self.cleaned_data["link"]
        if link and not link.lower().startswith(("https://", "http://")):
            raise forms.ValidationError(_("Write a whole web address, like https://example.org/work."))
        return link

    def offer(self, tasks: Iterable[Task]) -> None:
        """Fill the list of tasks: the person's own, then open work."""
        own = [(task.pk, _isolated(task.title)) for task in tasks if not task.is_open_work]
        free = [(task.pk, _isolated(task.title)) for task in tasks if task.is_open_work]
        groups = [(_("Tasks"), own), (_("Open work"), free)]
        self.fields["task"].widget.choices = [(label, options) for label, options in groups if options]


class _OtherNumber(forms.NumberInput):
    """A number that only counts beside the chip “other”: the browser must not insist on it while it is out of sight."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class _OtherDate(forms.DateInput):
    """Likewise, a date."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class LogForm(_WorkForm):
    """Hours in two taps: a length and the button; everything else is preset or optional."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    length = forms.ChoiceField(
        label=_("How long?"), widget=forms.RadioSelect(attrs={"class": "chips"}), initial=str(USUAL_LENGTH)
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=ENTRY_MINUTES_MOST,
        widget=_OtherNumber(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Say how many minutes it took.")},
    )
    day = forms.ChoiceField(label=_("When?"), widget=forms.RadioSelect(attrs={"class": "chips"}))
    other_day = forms.DateField(
        label=_("Day"),
        widget=_OtherDate(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the day on which you did the work.")},
    )

    def __init__(self, data: Any = None, *, today: date, tasks: Iterable[Task] = (), **kwargs: Any) -> None:
        tasks = list(tasks)
        super().__init__(data, **kwargs)
        # The days carry their dates, so an entry from a page opened before midnight keeps the day it showed.
        yesterday = today - timedelta(days=1)
        self.fields["day"].choices = [
            (today.isoformat(), _("Today")),
            (yesterday.isoformat(), _("Yesterday")),
            (OTHER, _("Another day")),
        ]
        self.fields["length"].choices = [(str(n), _length(n)) for n in LENGTHS] + [(OTHER, _("Other"))]
        if self.is_bound:
            self._accept_posted_day()
            return
        self.fields["day"].initial = today.isoformat()
        self.fields["client_id"].initial = uuid7()
        self.fields["task"].initial = tasks[0].pk if tasks else None
        self.offer(tasks)

    def _accept_posted_day(self) -> None:
        """A page that waited over midnight, or offline for days, sends the date it was opened on."""
        posted = self.data.get("day", "")
        days = self.fields["day"]
        if posted and posted not in dict(days.choices):
            try:
                known = date.fromisoformat(posted)
            except ValueError:
                return
            days.choices = [(posted, date_format(known, "DATE_FORMAT")), *days.choices]

    def clean(self) -> dict[str, Any]:
        """What stands beside a chip that wasn't chosen doesn't matter, whatever was typed there."""
        for chips, other in (("length", "minutes"), ("day", "other_day")):
            if self.cleaned_data.get(chips) != OTHER:
                self._errors.pop(other, None)
        return self.cleaned_data

    def entry(self) -> EntryInput:
        """The stretch of time; call it after `is_valid`."""
        values = self.cleaned_data
        day = values["other_day"] if values["day"] == OTHER else date.fromisoformat(values["day"])
        minutes = values["minutes"] if values["length"] == OTHER else int(values["length"])
        return _entry(day, minutes, values["started"])


class EditForm(_WorkForm):
    """The same entry, changed: plain fields, because what is wrong with it differs."""

    worked_on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=ENTRY_MINUTES_MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    field_order = ("task", "worked_on", "minutes", "started", "note", "link")

    @staticmethod
    def entry_of(values: dict[str, Any]) -> EntryInput:
        """The stretch of time in the cleaned values."""
        return _entry(values["worked_on"], values["minutes"], values["started"])


class KeptForm(EditForm):
    """One entry of a phone's outbox, under the id that was made when it was typed. Nobody sees this form."""

    client_id = forms.UUIDField()


class VerdictForm(forms.Form):
    """What a reviewer typed beside one piece of work. The button that was pressed says which fields it needs."""

    needs: tuple[str, ...] = ()

    rubric = forms.TypedChoiceField(
        label=_("How good is it?"), coerce=int, empty_value=None, required=False, choices=RUBRIC
    )
    minutes = forms.IntegerField(label=_("Minutes to approve"), required=False, min_value=0, max_value=99_999)
    task_done = forms.BooleanField(label=_("The task is done with this"), required=False, initial=True)
    reason = forms.CharField(label=_("Your words to the contributor"), required=False, max_length=4000)
    next_step = forms.CharField(label=_("What they could do next"), required=False, max_length=2000)
    snippet = forms.UUIDField(label=_("Add a phrase of yours"), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name in self.needs:
            self.fields[name].required = True
        if self.data.get("snippet"):
            self.fields["reason"].required = False  # the phrase is put into the words when the verdict is given
        self.fields["rubric"].error_messages["required"] = _("Choose 2 to 5. A 1 means: return it, or don't accept it.")
        self.fields["reason"].error_messages["required"] = _("Say why, so that the contributor knows what to do.")
        self.fields["next_step"].error_messages["required"] = _("Name one thing they could do next.")


class ApproveForm(VerdictForm):
    """An approval: how good, and how many minutes of what was claimed."""

    needs = ("rubric", "minutes")


class ReturnForm(VerdictForm):
    """A question or a wish that the contributor can answer."""

    needs = ("reason",)


class RejectForm(VerdictForm):
    """A refusal with a reason and a way on."""

    needs = ("reason", "next_step")


class BatchForm(VerdictForm):
    """One verdict for every ticked piece of a batch: approved at the minutes claimed, or sent back with the same words."""

    def __init__(self, data: Any, needs: tuple[str, ...], **kwargs: Any) -> None:
        self.needs = tuple(name for name in needs if name != "minutes")
        super().__init__(data, **kwargs)
        del self.fields["minutes"]
        self.fields["chosen"] = forms.MultipleChoiceField(
            choices=[(text, text) for text in data.getlist("chosen") if _is_uuid(text)],
            error_messages={
                "required": _("Tick at least one entry first."),
                "invalid_choice": _("One of them is not there any more. Reload the page."),
            },
        )


class DisputeForm(forms.Form):
    """Why a verdict is wrong."""

    reason = forms.CharField(
        label=_("What is wrong with the verdict?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Say what is wrong with the verdict, so that the panel can look at it.")},
    )


class VoteForm(forms.Form):
    """What a member of a panel decides. Without a script all of it is there at once; the service says what is missing."""

    vote = forms.ChoiceField(
        label=_("Does the verdict stand?"),
        choices=[("uphold", _("It stands.")), ("overturn", _("Another one is right."))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the verdict stands.")},
    )
    reason = forms.CharField(
        label=_("Your reasons"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write down why. Everybody concerned reads it.")},
    )
    minutes = forms.IntegerField(
        label=_("If another one: minutes that should count"),
        help_text=_("0 if none of it should."),
        required=False,
        min_value=0,
        max_value=99_999,
    )
    rubric = forms.TypedChoiceField(
        label=_("and how good it is"), coerce=int, empty_value=None, required=False, choices=[("", "—"), *RUBRIC[1:]]
    )
    next_step = forms.CharField(
        label=_("If nothing counts: what they could do next"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class SnippetForm(forms.Form):
    """A phrase, and which one it was if it is changed or deleted. How long it may be, its service says."""

    snippet = forms.UUIDField(required=False)
    words = forms.CharField(label=_("A new phrase"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


def _entry(day: date, minutes: int, started: time | None) -> EntryInput:
    """A start is a clock time in the reader's zone, on the day they named."""
    start = timezone.make_aware(datetime.combine(day, started)) if started else None
    return EntryInput(day, minutes, start)


@prepared
def _task(pk: UUID) -> QuerySet[Task]:
    found = Task.objects.exclude(state=Task.State.DRAFT).select_related("project").filter(pk=pk)
    return found.only("title", "role", "is_open_work", "project__guild_id")


def _isolated(text: str) -> str:
    """A title that can't turn its line round inside an option, where no markup is allowed."""
    return f"\u2068{text}\u2069"


def _length(minutes: int) -> str:
    return _isolated(_("½ h") if minutes == 30 else format_minutes(minutes))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
