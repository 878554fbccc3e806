"""Bringing a project's history: from a file or a repository to proposed sessions, in batches that may be interrupted.

Nothing here credits anybody. Whatever was stored when a process died is met again as known, so that the same
history brought once more goes on where it stopped, and changes nothing when it was complete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.services import forget_unclaimed_identities, know_identities
from contributions.history.rules import Author, Commit, why_set_aside
from contributions.history.summary import HistorySummary, summarise_history
from contributions.models import CommitShare, HistoryImport, ImportedCommit, ImportedSession
from contributions.permissions import check_can_import
from contributions.services.history_sessions import drop_proposed, lock_history, regroup_sessions
from core.errors import DomainError
from core.events import record_event
from core.transitions import change_state, note_state
from guilds.permissions import check_guild_open
from guilds.queries import current_policy
from projects.models import Project
from reputation.rules import PointPolicy

BATCH = 1000

#: Called between batches with how many of how many commits (or sessions) are done.
Progress = Callable[[int, int], None]


class PartlyAccepted(DomainError):
    """Some of an import's sessions were accepted, and accepted sessions never change."""

    code = "partly_accepted"


@dataclass(frozen=True)
class BroughtHistory:
    """What bringing a history did: the row that tells of it (None: there was nothing new) and the history's counts."""

    history_import: HistoryImport | None
    summary: HistorySummary


def bring_history(
    *,
    project: Project,
    commits: Sequence[Commit],
    by: Subject | None,
    now: datetime,
    file_name: str = "",
    on_progress: Progress | None = None,
) -> BroughtHistory:
    """Store a history and propose its sessions, at once and not in the background. `by` None: whoever runs the hub.

    Each batch of 1,000 commits is a transaction; killed in the middle and called again, it goes on. Raises
    PermissionRefused.
    """
    check_may_bring(project, by, now)
    summary = summary_of(project, commits, now)
    row = _open_import(project, commits, summary, by=by, now=now, file_name=file_name)
    if row is not None:
        store_history(row, commits, now=now, on_progress=on_progress)
    return BroughtHistory(row, summary)


@transaction.atomic
def take_back_import(*, history_import: HistoryImport, by: Subject, now: datetime) -> HistoryImport:
    """Take a read history out again, with its commits, its proposed sessions and the names only it had brought.

    Twice is once. Raises PartlyAccepted once any of its sessions was accepted.
    """
    lock_history(history_import.project_id)
    row = locked_import(history_import)
    check_can_import(by, row.project.guild, now)
    if row.state == HistoryImport.State.TAKEN_BACK:
        return row
    shares = CommitShare.objects.filter(commit__history_import=row)
    if shares.filter(session__acceptance__isnull=False).exists():
        raise PartlyAccepted(
            _("Some sessions of this history were accepted. They stand, and so does the history they come from.")
        )
    people = set(shares.values_list("subject_id", flat=True))
    drop_proposed(
        list(ImportedSession.objects.filter(shares__commit__history_import=row).distinct().values_list("pk", flat=True))
    )
    shares.delete()
    ImportedCommit.objects.filter(history_import=row).delete()
    regroup_sessions(row.project_id)
    elsewhere = CommitShare.objects.filter(subject_id__in=people).values_list("subject_id", flat=True)
    forget_unclaimed_identities(subject_ids=people.difference(elsewhere))
    row.finished_at = now
    change_state(row, HistoryImport.State.TAKEN_BACK, actor=by.pk, now=now, also=["finished_at"])
    return row


def _open_import(
    project: Project,
    commits: Sequence[Commit],
    summary: HistorySummary,
    *,
    by: Subject | None,
    now: datetime,
    file_name: str,
) -> HistoryImport | None:
    """The row under which a history is brought: the interrupted one of the same history, a new one, or none needed."""
    with transaction.atomic():
        lock_history(project.pk)
        fingerprint = fingerprint_of(commits)
        interrupted = HistoryImport.objects.filter(project=project, fingerprint=fingerprint, state="running").first()
        if interrupted is not None or not has_new(project.pk, commits):
            return interrupted
        row = HistoryImport.objects.create(
            project=project,
            brought_by=by,
            state=HistoryImport.State.RUNNING,
            file_name=file_name[:200],
            fingerprint=fingerprint,
            summary=summary.as_json(),
            total=len(commits),
            created_at=now,
            seen_at=now,
        )
        note_state(row, "", actor=by.pk if by else None, now=now)
        note_brought(row, by=by, now=now)
        return row


def store_history(
    row: HistoryImport, commits: Sequence[Commit], *, now: datetime, on_progress: Progress | None
) -> None:
    for start in range(0, len(commits), BATCH):
        batch = commits[start : start + BATCH]
        done = start + len(batch)
        with transaction.atomic():
            lock_history(row.project_id)
            HistoryImport.objects.filter(pk=row.pk).update(done=done, seen_at=Now())
            _store_batch(row, batch, now=now)
        if on_progress:
            on_progress(done, len(commits))
    with transaction.atomic():
        lock_history(row.project_id)
        row = locked_import(row)
        if row.state != HistoryImport.State.RUNNING:
            return
        regroup_sessions(row.project_id)
        row.data, row.finished_at = None, now
        change_state(row, HistoryImport.State.READ, actor=row.brought_by_id, now=now, also=["data", "finished_at"])


def _store_batch(row: HistoryImport, batch: Sequence[Commit], *, now: datetime) -> None:
    shas = [commit.sha for commit in batch]
    known = set(ImportedCommit.objects.filter(project_id=row.project_id, sha__in=shas).values_list("sha", flat=True))
    new = [commit for commit in batch if commit.sha not in known]
    reasons = [why_set_aside(commit, now=now) for commit in new]
    rows = ImportedCommit.objects.bulk_create(
        ImportedCommit(
            project_id=row.project_id,
            history_import_id=row.pk,
            sha=commit.sha,
            # In UTC: some clocks were set to offsets that Python reads and Postgres does not.
            authored_at=commit.authored_at.astimezone(UTC),
            authored_on=commit.authored_at.date(),
            set_aside=reason,
            insertions=commit.insertions,
            deletions=commit.deletions,
            files=commit.files,
            document_files=commit.document_files,
        )
        for commit, reason in zip(new, reasons, strict=True)
    )
    credited = [(commit, stored) for commit, stored in zip(new, rows, strict=True) if not stored.set_aside]
    if not credited:
        return
    authors: dict[tuple[str, str], Author] = {}
    for commit, _stored in credited:
        for person in commit.people:
            authors.setdefault(person.key, person)  # the first spelling of a name is the one that is kept
    subjects = know_identities(authors=[(person.name, person.email_hash) for person in authors.values()], now=now)
    CommitShare.objects.bulk_create(
        CommitShare(commit=stored, subject_id=subjects[person.key], is_author=person.key == commit.author.key)
        for commit, stored in credited
        for person in commit.people
    )


def has_new(project_id: UUID, commits: Sequence[Commit]) -> bool:
    for start in range(0, len(commits), BATCH):
        shas = {commit.sha for commit in commits[start : start + BATCH]}
        if ImportedCommit.objects.filter(project_id=project_id, sha__in=shas).count() < len(shas):
            return True
    return False


def summary_of(project: Project, commits: Sequence[Commit], now: datetime) -> HistorySummary:
    return summarise_history(commits, now=now, policy=PointPolicy.of(current_policy(project.guild_id, now)))


def fingerprint_of(commits: Sequence[Commit]) -> str:
    return hashlib.sha256("\n".join(sorted(commit.sha for commit in commits)).encode()).hexdigest()


def check_may_bring(project: Project, by: Subject | None, now: datetime) -> None:
    if by is None:
        check_guild_open(project.guild)
    else:
        check_can_import(by, project.guild, now)


def locked_import(row: HistoryImport) -> HistoryImport:
    rows = HistoryImport.objects.select_for_update(no_key=True, of=("self",)).defer("data")
    return rows.select_related("project__guild").get(pk=row.pk)


def note_brought(row: HistoryImport, *, by: Subject | None, now: datetime) -> None:
    record_event(
        "history.uploaded",
        now=now,
        actor=by.pk if by else None,
        guild=row.project.guild_id,
        object_kind="project",
        object_id=row.project_id,
        data={"project": row.project_id},
    )
