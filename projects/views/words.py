"""What a page says about the steps of problems, projects and tasks, by the state they led to (or "from>to")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.formats import format_minutes, format_number
from projects.models import Project
from projects.queries.timeline import Happening

PROBLEM_HISTORY = {
    "draft": _("Written down"),
    "submitted>draft": _("Given back to its author"),
    "submitted": _("Handed in to the guild"),
    "parked>submitted": _("Looked at again"),
    "duplicate>submitted": _("Told apart from the other problem again"),
    "duplicate>accepted": _("Told apart from the other problem again"),
    "accepted": _("Accepted: a project may answer it"),
    "in_project>accepted": _("Without a project again"),
    "in_project": _("A project works on it"),
    "piloting": _("An answer is being tried on the ground"),
    "solved": _("Solved"),
    "parked": _("Parked for now"),
    "duplicate": _("Found to repeat another problem"),
    "rejected": _("Not taken on"),
}
PROJECT_HISTORY = {
    "proposal": _("Proposed"),
    "incubating": _("Started: tasks and hours are welcome"),
    "active": _("Active"),
    "release_ready": _("Ready for release"),
    "adopted": _("Adopted: somebody uses it"),
    "dormant": _("Laid to rest"),
    "archived": _("Archived"),
    "quarantined": _("Quarantined"),
}
TASK_HISTORY = {
    "draft": _("Written"),
    "published": _("Opened to members"),
    "claimed>published": _("Given back, open again"),
    "returned>published": _("Given back, open again"),
    "expired>published": _("Opened again"),
    "claimed": _("Taken"),
    "submitted>claimed": _("Hours taken back"),
    "submitted": _("Work handed in"),
    "returned": _("Work returned with a question"),
    "accepted": _("Done"),
    "expired": _("Closed"),
}


TASK_GROUP_WORDS = {
    "open": _("Open"),
    "under-way": _("Under way"),
    "done": _("Done"),
    "closed": _("Closed"),
    "drafts": _("Drafts"),
}


@dataclass(frozen=True)
class Told:
    """A happening in words: when, what, perhaps about which task (`title`, `url`), who (None: nobody in particular),
    numbers as `facts`, and a reason as `note`."""

    at: datetime
    what: str
    title: str = ""
    url: str = ""
    who: str | None = None
    facts: tuple[str, ...] = ()
    note: str = ""


def happening_in_words(row: Happening, project: Project, names: Mapping[UUID, str], sees_reasons: bool) -> Told:
    """One line of a project's timeline, as this reader may see it."""
    who = names.get(row.person, "") if row.person else None
    if row.kind == "task":
        return Told(row.at, gettext("Task done:"), row.title, reverse("projects:task", args=[row.thing]), who or "")
    if row.kind == "week":
        what = gettext("Approved in the week of %(day)s") % {"day": date_format(row.week_of, "DATE_FORMAT")}
        return Told(row.at, what, facts=_week_facts(row))
    if row.kind == "history":
        sessions = ngettext("%(n)s session", "%(n)s sessions", row.count) % {"n": format_number(row.count)}
        return Told(row.at, gettext("Work from before was accepted"), facts=(sessions, _points(row.points)))
    if row.kind == "problem":
        words = PROBLEM_HISTORY.get(f"{row.was}>{row.to}") or PROBLEM_HISTORY.get(row.to, row.to)
        what = gettext("The problem: %(step)s") % {"step": words}
        return Told(row.at, what, who=who or "")
    words = PROJECT_HISTORY.get(f"{row.was}>{row.to}") or PROJECT_HISTORY.get(row.to, row.to)
    return Told(row.at, str(words), who=who or "", note=row.reason if sees_reasons else "")


def _week_facts(row: Happening) -> tuple[str, ...]:
    pieces = ngettext("%(n)s piece of work", "%(n)s pieces of work", row.count) % {"n": format_number(row.count)}
    people = ngettext("%(n)s person", "%(n)s people", row.people) % {"n": format_number(row.people)}
    return (format_minutes(row.minutes), pieces, people, _points(row.points))


def _points(points: int) -> str:
    return ngettext("%(n)s point", "%(n)s points", points) % {"n": format_number(points)}
