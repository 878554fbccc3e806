"""A history as an uploaded file: checked, kept until its sender decides, read in the background, thrown away."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Subject
from contributions.history.reading import read_history_file
from contributions.models import HistoryImport
from contributions.permissions import check_can_import
from contributions.services.history import (
    Progress,
    check_may_bring,
    fingerprint_of,
    has_new,
    locked_import,
    note_brought,
    store_history,
    summary_of,
)
from contributions.services.history_sessions import lock_history
from core.errors import DomainError
from core.jobs import nudge
from core.limits import check_limit
from core.transitions import change_state, note_state
from projects.models import Project

ATTEMPTS_MOST = 5
#: A row without a sign of life for so long has lost its worker.
STALE_AFTER = timedelta(minutes=2)
#: An upload that nobody decided on is thrown away, because it holds people's names.
UPLOAD_KEPT = timedelta(days=7)


class NothingNew(DomainError):
    """Every commit of this history was brought before."""

    code = "nothing_new"


@transaction.atomic
def count_upload(*, by: Subject, now: datetime) -> None:
    """Count a file before it is read, in a transaction of its own: a bad one costs as much as a good one.

    Whoever takes a file in calls this first, outside the transaction of `upload_history`. Raises LimitReached.
    """
    check_limit("upload", by.pk, now=now)


@transaction.atomic
def upload_history(*, project: Project, by: Subject, file_name: str, data: bytes, now: datetime) -> HistoryImport:
    """Check a file line by line and keep it until its sender has looked at what it would bring. Twice is once.

    Raises PermissionRefused, HistoryUnreadable, NothingNew.
    """
    check_may_bring(project, by, now)
    commits = read_history_file(data)
    lock_history(project.pk)
    fingerprint = fingerprint_of(commits)
    waiting = HistoryImport.objects.filter(
        project=project,
        fingerprint=fingerprint,
        state__in=["uploaded", "running", "failed"],
        data__isnull=False,
    ).first()
    if waiting is not None:
        return waiting
    if not has_new(project.pk, commits):
        raise NothingNew(_("Every commit in this file is known here already. There is nothing to bring."))
    row = HistoryImport.objects.create(
        project=project,
        brought_by=by,
        file_name=file_name[:200],
        data=data,
        fingerprint=fingerprint,
        summary=summary_of(project, commits, now).as_json(),
        total=len(commits),
        created_at=now,
        seen_at=now,
    )
    note_state(row, "", actor=by.pk, now=now)
    return row


@transaction.atomic
def start_import(*, history_import: HistoryImport, by: Subject, now: datetime) -> HistoryImport:
    """Have an uploaded file read in the background. Twice is once. Raises PermissionRefused, TransitionRefused."""
    row = locked_import(history_import)
    check_may_bring(row.project, by, now)
    if row.state not in (HistoryImport.State.RUNNING, HistoryImport.State.READ):
        row.attempts, row.error, row.seen_at, row.finished_at = 0, "", now, None
        change_state(
            row,
            HistoryImport.State.RUNNING,
            actor=by.pk,
            now=now,
            also=["attempts", "error", "seen_at", "finished_at"],
        )
        note_brought(row, by=by, now=now)
    _nudge_reading(row)
    return row


def read_import(*, import_id: UUID, now: datetime, on_progress: Progress | None = None) -> None:
    """What the background job does: read a started upload to its end. Safe to run twice, and at once.

    A refusal, or the sixth attempt, ends it with words on the row.
    """
    row = HistoryImport.objects.select_related("project__guild").get(pk=import_id)
    if row.state != HistoryImport.State.RUNNING or row.data is None:
        return
    HistoryImport.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, seen_at=Now())
    try:
        if row.attempts >= ATTEMPTS_MOST:
            raise DomainError(
                _("Reading stopped in the middle five times. Whoever runs this hub finds the reason in the log.")
            )
        check_may_bring(row.project, row.brought_by, now)
        store_history(row, read_history_file(bytes(row.data)), now=now, on_progress=on_progress)
    except DomainError as refusal:
        _fail(row, refusal.message, now=now)


@transaction.atomic
def discard_import(*, history_import: HistoryImport, by: Subject, now: datetime) -> HistoryImport:
    """Throw an upload away that was not read. Twice is once."""
    row = locked_import(history_import)
    check_can_import(by, row.project.guild, now)
    return row if row.state == HistoryImport.State.DISCARDED else _discard(row, actor=by.pk, now=now)


def resume_imports(*, now: datetime) -> int:
    """Start the reading of imports again that lost their worker, and throw forgotten uploads away; returns how many."""
    lost = HistoryImport.objects.filter(state="running", data__isnull=False, seen_at__lt=now - STALE_AFTER)
    rows = list(lost.defer("data"))
    for row in rows:
        _nudge_reading(row)
    forgotten = HistoryImport.objects.filter(state__in=["uploaded", "failed"], data__isnull=False)
    for row in forgotten.filter(created_at__lt=now - UPLOAD_KEPT).defer("data"):
        with transaction.atomic():
            _discard(locked_import(row), actor=None, now=now)
    return len(rows)


def _discard(row: HistoryImport, *, actor: UUID | None, now: datetime) -> HistoryImport:
    row.data, row.file_name, row.finished_at = None, "", now
    change_state(row, HistoryImport.State.DISCARDED, actor=actor, now=now, also=["data", "file_name", "finished_at"])
    return row


@transaction.atomic
def _fail(row: HistoryImport, message: str, *, now: datetime) -> None:
    row = locked_import(row)
    if row.state == HistoryImport.State.RUNNING:
        row.error, row.finished_at = message, now
        change_state(row, HistoryImport.State.FAILED, actor=row.brought_by_id, now=now, also=["error", "finished_at"])


def _nudge_reading(row: HistoryImport) -> None:
    from contributions.jobs import read_history  # jobs call services; only this name goes the other way

    nudge(read_history, str(row.pk))
