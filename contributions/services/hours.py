"""What people do with hours they logged: change them, hand them in, take them back, try again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from contributions.models import Contribution
from contributions.permissions import check_owner
from contributions.rules import EDITABLE
from contributions.services.log import EntryInput, check_possible, new_work, store_work, time_of
from contributions.services.steps import (
    drop_verdict,
    locked_contribution,
    move_task,
    note_event,
    stop_counting,
)
from contributions.services.submission import try_submit
from core.errors import DomainError, TransitionRefused
from core.ids import uuid7
from core.transitions import change_state
from core.writes import write_rows
from core.written import check_not_hidden
from projects.models import Task


@transaction.atomic
def edit_contribution(
    *,
    contribution: Contribution,
    by: Subject,
    now: datetime,
    task: Task,
    entries: Sequence[EntryInput],
    note: str,
    link: str,
) -> Contribution:
    """Change a draft, returned or withdrawn contribution; a withdrawn one becomes a draft again."""
    check_possible(entries)
    contribution, _ids = _locked_own(contribution, by)
    if contribution.state not in EDITABLE:
        raise TransitionRefused(_("Withdraw these hours first; then you can change them."))
    if contribution.state == Contribution.State.RETURNED and task.pk != contribution.task_id:
        raise DomainError(_("A returned contribution stays on its task. Withdraw it to move the hours elsewhere."))
    check_not_hidden(contribution, {"note": note, "link": link})
    if contribution.state == Contribution.State.WITHDRAWN:
        change_state(contribution, Contribution.State.DRAFT, actor=by.pk, now=now)
    contribution.task, contribution.project, contribution.guild_id = task, task.project, task.project.guild_id
    contribution.role, contribution.note, contribution.link = task.role, note, link
    contribution.save(update_fields=["task", "project", "guild", "role", "note", "link"])
    contribution.entries.all().delete()
    write_rows(time_of(contribution, entries))
    return contribution


@transaction.atomic
def submit_contribution(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """Hand in a draft, or a returned contribution with its hours kept; afterwards `need` says what stopped it.

    A returned contribution goes back to the reviewer who returned it while they still may review. Raises
    TransitionRefused for anything that isn't a draft or returned; an entry handed in already stays as it is.
    """
    contribution, ids = _locked_own(contribution, by)
    if contribution.state in (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW):
        return contribution
    if contribution.state not in (Contribution.State.DRAFT, Contribution.State.RETURNED):
        raise TransitionRefused(
            _("These hours are “%(state)s” and can't be handed in.") % {"state": contribution.get_state_display()}
        )
    try_submit(contribution, ids=ids, by=by, now=now)
    return contribution


@transaction.atomic
def withdraw_contribution(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """Take back work that is not decided yet (this is what Undo does); the entry stays and can be handed in again.

    A verdict that is not posted yet has decided nothing: it goes, and its reviewer is told.
    """
    contribution, _ids = _locked_own(contribution, by)
    if contribution.state == Contribution.State.WITHDRAWN:
        return contribution
    was_handed_in = contribution.state != Contribution.State.DRAFT
    if Contribution.State.WITHDRAWN not in Contribution.TRANSITIONS[contribution.state]:
        raise TransitionRefused(
            _("These hours are “%(state)s” by now and can't be withdrawn.")
            % {"state": contribution.get_state_display()}
        )
    if contribution.state == Contribution.State.IN_REVIEW:
        drop_verdict(contribution, "withdrawn", now)
    contribution.reviewer = contribution.taken_at = None
    change_state(contribution, Contribution.State.WITHDRAWN, actor=by.pk, now=now, also=["reviewer", "taken_at"])
    stop_counting(contribution)
    if was_handed_in:
        move_task(contribution, Task.State.CLAIMED, actor=by.pk, now=now)
        note_event("contribution.withdrawn", contribution, actor=by.pk, now=now)
    return contribution


@transaction.atomic
def retry_contribution(*, contribution: Contribution, by: Subject, now: datetime) -> Contribution:
    """A new draft with the hours of a rejected contribution; asked twice it is the same draft."""
    rejected, _ids = _locked_own(contribution, by)
    if rejected.state != Contribution.State.REJECTED:
        raise TransitionRefused(_("Only hours that were not accepted are tried again this way."))
    known = Contribution.objects.filter(resubmission_of=rejected).first()
    if known is not None:
        return known
    entries = [EntryInput(e.worked_on, e.minutes, e.started_at) for e in rejected.entries.all()]
    draft = new_work(rejected.subject, uuid7(), rejected.task, note=rejected.note, link=rejected.link, now=now)
    draft.resubmission_of = rejected
    store_work(draft, entries, hands_in=False, now=now)
    return draft


def _locked_own(contribution: Contribution, by: Subject) -> tuple[Contribution, list[UUID]]:
    """The contribution under the locks of its person and its row, and that person's ids. Raises PermissionRefused."""
    ids = lock_person(by.pk)
    found = locked_contribution(contribution)
    check_owner(by, found)
    return found, ids
