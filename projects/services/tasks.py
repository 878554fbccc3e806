"""The life of a task: written, published, claimed, followed through the work on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_person, same_person
from core.errors import DomainError, TransitionRefused
from core.events import record_event
from core.meanwhile import check_seen
from core.prepared import first_of, prepared
from core.transitions import change_state, note_state
from core.written import check_not_hidden
from guilds.permissions import check_guild_open, check_maintainer
from guilds.queries import current_policy
from projects.models import ProgressNote, Project, Task
from projects.permissions import check_can_claim, check_can_maintain, has_had_task
from projects.rules import PROJECT_TAKES_WORK
from projects.services.handover import leave_note
from projects.services.sent_twice import sent_before
from projects.services.waiting import check_debt, check_unreviewed

TASK_FIELDS = ("title", "description", "role", "skills", "difficulty", "estimate_minutes", "is_starter")
#: What may still change after publication; points depend on the rest.
TASK_FIELDS_AFTER_PUBLICATION = ("title", "description", "skills", "is_starter")


class TaskTaken(DomainError):
    """Somebody else has this task."""

    code = "task_taken"


class LeaseTooLong(DomainError):
    """More days than the guild's policy gives for a task, or none."""

    code = "lease_too_long"


class TaskClosed(DomainError):
    """The task or its project takes no work today."""

    code = "task_closed"


@transaction.atomic
def draft_task(*, project: Project, by: Subject, now: datetime, title: str, **fields: Any) -> Task:
    """Write a task that is not open yet; sent twice it is one. `fields` as in TASK_FIELDS."""
    project = Project.objects.select_related("guild").get(pk=project.pk)
    check_can_maintain(by, project, now)
    sent = sent_before(Task, by=by, now=now, project=project, state="draft", title=title, **fields)
    if sent:
        return sent
    task = Task(project=project, title=title, author=by, created_at=now, **fields)
    task.full_clean(exclude=["author", "project"])
    task.save(force_insert=True)
    note_state(task, "", actor=by.pk, now=now)
    note_task_event("task.drafted", task, by=by.pk, now=now)
    return task


@transaction.atomic
def edit_task(*, task: Task, by: Subject, now: datetime, seen: str = "", **fields: Any) -> Task:
    """Change a task's words; difficulty, estimate and kind of help only until it is published.

    Raises ChangedMeanwhile when they are not what was `seen` any more.
    """
    lock_person(by.pk)
    task = locked_task(task)
    check_can_maintain(by, task.project, now)
    if unknown := set(fields) - set(TASK_FIELDS):
        raise ValueError(f"{sorted(unknown)} are not edited here")
    check_not_hidden(task, fields)
    check_seen(task, fields, seen=seen, whole=TASK_FIELDS)
    allowed = TASK_FIELDS if task.published_at is None else TASK_FIELDS_AFTER_PUBLICATION
    for name, value in fields.items():
        if name not in allowed and getattr(task, name) != value:
            raise DomainError(_("Difficulty, estimate and kind of help were fixed when the task was published."))
        if task.published_at and name in ("title", "description") and getattr(task, name) != value:
            task.edited_at = now  # what it asks for changed, which its reviewers should know
        setattr(task, name, value)
    task.full_clean(exclude=["author", "project"])
    task.save(update_fields=[*fields, "edited_at"])
    return task


@transaction.atomic
def publish_task(*, task: Task, by: Subject, now: datetime) -> Task:
    """Open a task to members; from here on its difficulty and estimate stand. Raises TaskClosed."""
    task = locked_task(task)
    check_can_maintain(by, task.project, now)
    if not task.project.takes_work:
        raise TaskClosed(
            _("The project is “%(state)s”. Start it before you publish tasks.")
            % {"state": task.project.get_state_display()}
        )
    check_debt(task.project, current_policy(task.project.guild_id, now))
    task.published_by, task.published_at = by, task.published_at or now
    change_state(task, Task.State.PUBLISHED, actor=by.pk, now=now, also=["published_by", "published_at"])
    note_task_event(
        "task.published",
        task,
        by=by.pk,
        now=now,
        difficulty=task.difficulty.lower(),
        estimate_minutes=task.estimate_minutes,
    )
    return task


@transaction.atomic
def claim_task(*, task: Task, by: Subject, now: datetime, days: int | None = None) -> Task:
    """Take a published task for so many days, at most the policy's lease (None: all of it).

    Twice by the same person is once. Raises TaskTaken, TaskClosed, LeaseTooLong.
    """
    task = locked_task(task)
    check_can_claim(by, task, now)
    if task.is_open_work:
        raise TaskClosed(_("Open work is for everybody: log your hours on it, there is nothing to claim."))
    if task.claimed_by_id and same_person(by.pk, task.claimed_by_id) and task.state in ("claimed", "returned"):
        return task
    if task.state in (Task.State.CLAIMED, Task.State.SUBMITTED, Task.State.RETURNED):
        raise TaskTaken(_("Somebody else has this task. It opens again when they release it."))
    if task.state != Task.State.PUBLISHED or not task.project.takes_work:
        raise TaskClosed(_("This task isn't open (it is “%(state)s”).") % {"state": task.get_state_display()})
    policy = current_policy(task.project.guild_id, now)
    check_unreviewed(by.pk, task, policy)
    task.claimed_by, task.claimed_at = by, now
    days = policy.claim_lease_days if days is None else days
    if not 1 <= days <= policy.claim_lease_days:
        raise LeaseTooLong(
            _("A task is taken for 1 to %(days)s days in this guild.") % {"days": policy.claim_lease_days}
        )
    task.lease_ends_at = now + timedelta(days=days)
    _move(task, Task.State.CLAIMED, actor=by.pk, now=now)
    note_task_event("task.claimed", task, by=by.pk, now=now, subject=by.pk)
    return task


@transaction.atomic
def release_task(
    *, task: Task, by: Subject, now: datetime, words: str = "", link: str = "", percent: int | None = None
) -> Task:
    """Give a claimed task back, for the person who has it or a maintainer. Logged hours stay with their person.

    `words`, `link` and `percent` (all optional) say where the work stands, for whoever takes the task next.
    """
    said = {"words": words, "link": link, "percent": percent}
    says_something = bool(words.strip() or link or percent is not None)
    sent = sent_before(ProgressNote, by=by, now=now, task=task, **said) if says_something else None
    lock_person(by.pk)
    task = locked_task(task)
    check_guild_open(task.project.guild)
    is_theirs = bool(task.claimed_by_id and same_person(by.pk, task.claimed_by_id))
    if task.claimed_by_id is None and task.state == Task.State.PUBLISHED and has_had_task(by, task):
        # Their time ended while they wrote, or the answer was lost: what they wrote is kept all the same.
        if not says_something:
            raise TransitionRefused(_("Nobody has this task now. Nothing was changed."))
    else:
        if not is_theirs:
            check_maintainer(by, task.project.guild, now)
        task = _release(task, actor=by.pk, now=now)
    if says_something and not sent:
        leave_note(task, by, now, said, at_handover=True)
    return task


def _release(task: Task, *, actor: UUID | None, now: datetime) -> Task:
    subject = task.claimed_by_id
    _forget_claim(task)
    _move(task, Task.State.PUBLISHED, actor=actor, now=now)
    note_task_event("task.released", task, by=actor, now=now, subject=subject)
    return task


def _forget_claim(task: Task) -> None:
    task.claimed_by = task.claimed_at = None
    task.lease_ends_at = task.lease_extended_at = task.lease_reminded_at = None


@transaction.atomic
def release_ended_claims(*, now: datetime) -> int:
    """Open the tasks whose lease has ended; returns how many. Work handed in on a task keeps it."""
    ended = Task.objects.filter(state=Task.State.CLAIMED, lease_ends_at__lt=now).order_by("pk")
    rows = list(ended.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("project"))
    for task in rows:
        _release(task, actor=None, now=now)
    return len(rows)


@transaction.atomic
def expire_task(*, task: Task, by: Subject, now: datetime, reason: str = "") -> Task:
    """Close a task that nobody needs any more."""
    task = locked_task(task)
    check_can_maintain(by, task.project, now)
    _forget_claim(task)
    return _move(task, Task.State.EXPIRED, actor=by.pk, now=now, reason=reason)


@transaction.atomic(savepoint=False)
def follow_contribution(*, task: Task, to: str, subject: Subject, actor: UUID | None, now: datetime) -> Task:
    """Move a task along with the contribution on it: `to` is submitted, returned, claimed or accepted.

    Called by contributions inside its own transaction, which a refusal ends. Open work stands still. A published task is
    claimed for `subject` on the way to submitted. Raises TaskTaken or TaskClosed when the work can't be handed in here.
    """
    if task.is_open_work:
        _check_open_work(task, to)
        return task
    task = locked_task(task)
    if not task.project.takes_work and to == Task.State.SUBMITTED:
        raise _takes_no_hours(task.project.state)
    if to == Task.State.SUBMITTED and task.state == Task.State.PUBLISHED:
        task = claim_task(task=task, by=subject, now=now)
    if task.claimed_by_id not in linked_subjects(subject.pk):
        if to == Task.State.SUBMITTED:
            raise TaskTaken(_("Somebody else has this task. Log these hours as open work, or choose another task."))
        return task
    if task.state == to or task.state == Task.State.ACCEPTED:
        return task
    if to not in task.TRANSITIONS[task.state]:
        raise TaskClosed(_("This task isn't open (it is “%(state)s”).") % {"state": task.get_state_display()})
    return _move(task, to, actor=actor, now=now)


_LOCK_OPEN_WORK = """
SELECT t.state, p.state FROM projects_task t JOIN projects_project p ON p.id = t.project_id
WHERE t.id = %s FOR NO KEY UPDATE OF t
"""


def _check_open_work(task: Task, to: str) -> None:
    """Open work is there for everybody and never claimed, so under its lock there is only to see whether it is closed."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_OPEN_WORK, [str(task.pk)])
        state, state_of_project = cursor.fetchone()
    if to == Task.State.SUBMITTED and state_of_project not in PROJECT_TAKES_WORK:
        raise _takes_no_hours(state_of_project)
    if state != Task.State.PUBLISHED:
        raise TaskClosed(_("Open work on this project is closed."))


def _takes_no_hours(state: str) -> TaskClosed:
    return TaskClosed(_("The project is “%(state)s” and takes no hours.") % {"state": Project.State(state).label})


def locked_task(task: Task) -> Task:
    """The task under its lock, with project and guild."""
    found = first_of(_locked(task.pk))
    if found is None:
        raise Task.DoesNotExist
    return found


@prepared
def _locked(pk: UUID) -> QuerySet[Task]:
    return Task.objects.select_for_update(no_key=True, of=("self",)).select_related("project__guild").filter(pk=pk)


def _move(task: Task, to: str, *, actor: UUID | None, now: datetime, reason: str = "") -> Task:
    also = ["claimed_by", "claimed_at", "lease_ends_at", "lease_extended_at", "lease_reminded_at"]
    change = change_state(task, to, actor=actor, now=now, reason=reason, also=also)
    note_task_event("task.changed", task, by=actor, now=now, from_state=change.from_state, to_state=change.to_state)
    return task


def note_task_event(kind: str, task: Task, *, by: UUID | None, now: datetime, **data: Any) -> None:
    """Tell of something that happened to a task."""
    record_event(
        kind,
        now=now,
        actor=by,
        guild=task.project.guild_id,
        object_kind="task",
        object_id=task.pk,
        data={"project": task.project_id, **data},
    )
