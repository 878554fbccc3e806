"""Accepting proposed sessions in bulk: a maintainer's decision, credited in batches that may be interrupted.

One batch is one transaction and a fixed number of statements, whatever it holds: contributions, time, reviews, weeks
and transfers are each written at once. A session leaves the proposed ones in the transaction that credits it, so a
run that was killed and started again credits each session once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Subject
from accounts.queries import linked_subjects, lock_people
from contributions.models import HistoryAcceptance, ImportedSession
from contributions.permissions import check_can_import
from contributions.services.history import Progress
from contributions.services.history_credit import credit_sessions
from contributions.services.history_sessions import lock_history
from contributions.services.history_uploads import ATTEMPTS_MOST, STALE_AFTER
from core.errors import DomainError
from core.events import record_event
from core.jobs import nudge
from core.transitions import change_state, note_state
from projects.models import Project

BATCH = 500


class NothingToAccept(DomainError):
    """No proposed session is left that this maintainer may accept."""

    code = "nothing_to_accept"


class ProjectTakesNoWork(DomainError):
    """A project that isn't started, or was stopped, credits nobody."""

    code = "project_takes_no_work"


@dataclass(frozen=True)
class AcceptedHistory:
    """What a bulk acceptance did. `left_own` sessions are the maintainer's own and wait for another one."""

    acceptance: HistoryAcceptance | None
    sessions: int
    points: int
    left_own: int


@transaction.atomic
def start_acceptance(
    *, project: Project, by: Subject, now: datetime, subject_id: UUID | None = None
) -> HistoryAcceptance:
    """Decide to accept every proposed session (of one person) but one's own; the crediting follows in the background.

    While an acceptance of the project is under way, that one is returned. Raises PermissionRefused,
    ProjectTakesNoWork, NothingToAccept.
    """
    acceptance = _open_acceptance(project, by, now, subject_id)
    _nudge_crediting(acceptance)
    return acceptance


def accept_history(
    *,
    project: Project,
    by: Subject,
    now: datetime,
    subject_id: UUID | None = None,
    on_progress: Progress | None = None,
) -> AcceptedHistory:
    """Accept proposed sessions at once and not in the background; goes on with an acceptance that was interrupted.

    With nothing to accept it changes nothing. Raises PermissionRefused, ProjectTakesNoWork.
    """
    try:
        with transaction.atomic():
            acceptance = _open_acceptance(project, by, now, subject_id)
    except NothingToAccept:
        return AcceptedHistory(None, 0, 0, _own(project.pk, by.pk, subject_id).count())
    _credit_all(acceptance, now=now, on_progress=on_progress)
    acceptance.refresh_from_db()
    own = _own(project.pk, acceptance.accepted_by_id, acceptance.subject_id).count()
    return AcceptedHistory(acceptance, acceptance.done, acceptance.points, own)


def continue_acceptance(*, acceptance_id: UUID, now: datetime, on_progress: Progress | None = None) -> None:
    """What the background job does: credit a started acceptance to its end. Safe to run twice, and at once.

    A refusal, or the sixth attempt that got nowhere, ends it with words on the row; what was credited stays credited.
    """
    acceptance = HistoryAcceptance.objects.select_related("project__guild", "accepted_by").get(pk=acceptance_id)
    if acceptance.state != HistoryAcceptance.State.RUNNING:
        return
    HistoryAcceptance.objects.filter(pk=acceptance.pk).update(attempts=F("attempts") + 1, seen_at=Now())
    try:
        if acceptance.attempts >= ATTEMPTS_MOST:
            raise DomainError(
                _("Crediting stopped in the middle five times. Whoever runs this hub finds the reason in the log.")
            )
        _credit_all(acceptance, now=now, on_progress=on_progress)
    except DomainError as refusal:
        _finish(acceptance, HistoryAcceptance.State.FAILED, now=now, error=refusal.message)


def resume_acceptances(*, now: datetime) -> int:
    """Start acceptances again that lost their worker; returns how many."""
    lost = list(HistoryAcceptance.objects.filter(state="running", seen_at__lt=now - STALE_AFTER))
    for acceptance in lost:
        _nudge_crediting(acceptance)
    return len(lost)


def acceptable_sessions(project_id: UUID, by: UUID, subject_id: UUID | None = None) -> QuerySet[ImportedSession]:
    """Proposed sessions that `by` may accept: of one person or of all, never of themselves under any linked id."""
    return _proposed(project_id, subject_id).exclude(subject_id__in=linked_subjects(by))


def _open_acceptance(project: Project, by: Subject, now: datetime, subject_id: UUID | None) -> HistoryAcceptance:
    lock_history(project.pk)
    _check_may_accept(project, by, now)
    running = HistoryAcceptance.objects.filter(project=project, state="running").first()
    if running is not None:
        return running
    total = acceptable_sessions(project.pk, by.pk, subject_id).count()
    if not total:
        own = _own(project.pk, by.pk, subject_id).count()
        raise NothingToAccept(
            ngettext(
                "The %(own)s session left is your own. Another maintainer accepts it.",
                "The %(own)s sessions left are your own. Another maintainer accepts them.",
                own,
            )
            % {"own": own}
            if own
            else _("No session waits to be accepted.")
        )
    acceptance = HistoryAcceptance.objects.create(
        project=project, accepted_by=by, subject_id=subject_id, total=total, created_at=now, seen_at=now
    )
    note_state(acceptance, "", actor=by.pk, now=now)
    return acceptance


def _credit_all(acceptance: HistoryAcceptance, *, now: datetime, on_progress: Progress | None) -> None:
    while (credited := _credit_batch(acceptance, now=now)) is not None:
        if on_progress:
            acceptance.done += credited
            on_progress(acceptance.done, acceptance.total)
    _finish(acceptance, HistoryAcceptance.State.DONE, now=now)


@transaction.atomic
def _credit_batch(acceptance: HistoryAcceptance, *, now: datetime) -> int | None:
    """Credit the oldest proposed sessions, up to 500; returns how many, or None when none was waiting."""
    by = acceptance.accepted_by
    lock_history(acceptance.project_id)
    waiting = acceptable_sessions(acceptance.project_id, by.pk, acceptance.subject_id)
    sessions = list(waiting.order_by("first_commit_at", "id")[:BATCH])
    if not sessions:
        return None
    lock_people([by.pk, *{session.subject_id for session in sessions}])
    # Locked, so that a quarantine that comes now waits, and one that came a moment ago is seen.
    projects = Project.objects.select_for_update(no_key=True, of=("self",)).select_related("guild")
    project = projects.get(pk=acceptance.project_id)
    _check_may_accept(project, by, now)
    running = HistoryAcceptance.objects.select_for_update(no_key=True).filter(pk=acceptance.pk, state="running")
    if running.first() is None:
        return None
    # Asked again under the locks: meanwhile the maintainer may have claimed one of these authors, or one was erased.
    waiting = acceptable_sessions(acceptance.project_id, by.pk, acceptance.subject_id)
    chosen = [session.pk for session in sessions]
    sessions = list(waiting.filter(pk__in=chosen).order_by("first_commit_at", "id"))
    if not sessions:
        return 0
    points = credit_sessions(sessions, acceptance=acceptance, project=project, now=now)
    record_event(
        "history.accepted",
        now=now,
        actor=by.pk,
        guild=project.guild_id,
        object_kind="project",
        object_id=project.pk,
        data={"project": project.pk, "sessions": len(sessions), "points": points},
    )
    HistoryAcceptance.objects.filter(pk=acceptance.pk).update(
        # Attempts that got further are not counted: only what dies at the same place again and again is given up.
        done=F("done") + len(sessions),
        points=F("points") + points,
        attempts=0,
        seen_at=Now(),
    )
    return len(sessions)


@transaction.atomic
def _finish(acceptance: HistoryAcceptance, state: str, *, now: datetime, error: str = "") -> None:
    row = HistoryAcceptance.objects.select_for_update(no_key=True).get(pk=acceptance.pk)
    if row.state == HistoryAcceptance.State.RUNNING:
        row.error, row.finished_at = error, now
        change_state(row, state, actor=row.accepted_by_id, now=now, also=["error", "finished_at"])


def _check_may_accept(project: Project, by: Subject, now: datetime) -> None:
    check_can_import(by, project.guild, now)
    if not project.takes_work:
        raise ProjectTakesNoWork(
            _("The project is “%(state)s” and credits nobody. Start it, then accept its history.")
            % {"state": project.get_state_display()}
        )


def _proposed(project_id: UUID, subject_id: UUID | None) -> QuerySet[ImportedSession]:
    person = Q() if subject_id is None else Q(subject_id__in=linked_subjects(subject_id))
    return ImportedSession.objects.filter(person, project_id=project_id, acceptance__isnull=True)


def _own(project_id: UUID, by: UUID, subject_id: UUID | None) -> QuerySet[ImportedSession]:
    return _proposed(project_id, subject_id).filter(subject_id__in=linked_subjects(by))


def _nudge_crediting(acceptance: HistoryAcceptance) -> None:
    from contributions.jobs import accept_sessions  # jobs call services; only this name goes the other way

    nudge(accept_sessions, str(acceptance.pk))
