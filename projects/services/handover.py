"""What somebody leaves behind on a task for whoever comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Subject
from core.errors import DomainError
from projects.models import ProgressNote, Task


class ProgressUnsaid(DomainError):
    """A progress note that says nothing."""

    code = "progress_unsaid"


def leave_note(
    task: Task, by: Subject, now: datetime, said: dict[str, Any], *, at_handover: bool = False
) -> ProgressNote:
    """Keep what somebody says about a locked task. Raises ProgressUnsaid when it is nothing."""
    if not (said["words"].strip() or said["link"] or said["percent"] is not None):
        raise ProgressUnsaid(_("Say where it stands, leave a link, or say how much is done."))
    note = ProgressNote(task=task, author=by, created_at=now, at_handover=at_handover, **said)
    note.full_clean(exclude=["author", "task"])
    note.save(force_insert=True)
    return note
