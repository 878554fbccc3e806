"""What a page says about the steps of problems, projects and tasks, by the state they led to (or "from>to")."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.queries import display_names
from core.timeline import Step, actors, timeline
from guilds.queries import Viewer

PROBLEM_HISTORY = {
    "draft": _("Written down"),
    "submitted>draft": _("Given back to its author"),
    "submitted": _("Handed in to the guild"),
    "parked>submitted": _("Looked at again"),
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


def steps_for(thing: Any, viewer: Viewer, words: dict[str, Any], *, is_own: bool = False) -> list[Step]:
    """A thing's steps as this reader may see them: names and reasons for members, bare steps for everybody else.

    At most one statement; none when names stay hidden.
    """
    names = display_names(actors(thing.history)) if viewer.sees_names else {}
    return timeline(thing.history, words, names=names, with_reasons=viewer.sees_names or is_own)
