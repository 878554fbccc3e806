"""How imported history forgets a person: whose commits they were goes, minutes and points of random ids stay.

A commit's name leads to its author in the public repository, so an erased person's sessions lose it, with the clock
times. The commits themselves stay known to the project, so that bringing the history again credits nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection
from django.utils import timezone

from contributions.models import (
    CommitShare,
    HistoryAcceptance,
    HistoryImport,
    ImportedCommit,
    ImportedSession,
)
from core.registries import holds_nothing_personal, register_personal_data
from core.transitions import change_state


def _erase_shares(ids: Sequence[UUID]) -> None:
    CommitShare.objects.filter(subject_id__in=ids).delete()


def _export_shares(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return CommitShare.objects.filter(subject_id__in=ids).values(
        "commit__project__title", "commit__sha", "commit__authored_at", "is_author"
    )


_ERASE_ACCEPTED = """
    UPDATE contributions_importedsession
    SET first_sha = 'erased:' || id, started_at = NULL, first_commit_at = NULL, ended_at = NULL
    WHERE subject_id = ANY (%s::uuid[]) AND acceptance_id IS NOT NULL AND started_at IS NOT NULL
"""
# The client id is a hash of the first commit's name, and whoever has the repository could try them all. The row's own
# id says nothing, and says the same when a person is erased twice.
_ERASE_CLIENT_IDS = """
    UPDATE contributions_contribution SET client_id = id
    WHERE subject_id = ANY (%s::uuid[]) AND source = 'imported' AND client_id <> id
"""


def _erase_sessions(ids: Sequence[UUID]) -> None:
    CommitShare.objects.filter(subject_id__in=ids, session__acceptance__isnull=True).update(session=None)
    ImportedSession.objects.filter(subject_id__in=ids, acceptance__isnull=True).delete()
    with connection.cursor() as cursor:
        for statement in (_ERASE_ACCEPTED, _ERASE_CLIENT_IDS):
            cursor.execute(statement, [[str(subject_id) for subject_id in ids]])


def _export_sessions(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return ImportedSession.objects.filter(subject_id__in=ids).values(
        "project__title",
        "first_sha",
        "started_at",
        "ended_at",
        "worked_on",
        "minutes",
        "commits",
        "contribution_id",
    )


def _erase_imports(ids: Sequence[UUID]) -> None:
    # What went wrong may quote a line of the file, and with it a name.
    HistoryImport.objects.filter(brought_by_id__in=ids).update(file_name="", error="")
    # A file that waits names everybody in it. The next upload of it knows the commits and asks for no names.
    projects = CommitShare.objects.filter(subject_id__in=ids).values("commit__project_id")
    waiting = HistoryImport.objects.filter(project_id__in=projects, state__in=["uploaded", "failed"])
    now = timezone.now()
    for row in waiting.defer("data").select_for_update(no_key=True):
        row.data, row.file_name, row.finished_at = None, "", now
        change_state(row, HistoryImport.State.DISCARDED, actor=None, now=now, also=["data", "file_name", "finished_at"])


def _export_imports(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return HistoryImport.objects.filter(brought_by_id__in=ids).values(
        "project__title", "state", "file_name", "created_at"
    )


def register() -> None:
    """Fill the registry. Erasers run in reverse: sessions let go of their commits before the shares go."""
    register_personal_data(CommitShare, erase=_erase_shares, export=_export_shares)
    register_personal_data(ImportedSession, erase=_erase_sessions, export=_export_sessions)
    register_personal_data(HistoryImport, erase=_erase_imports, export=_export_imports)
    holds_nothing_personal(ImportedCommit, "a public commit's name and size; whose it was is in CommitShare")
    holds_nothing_personal(HistoryAcceptance, "which random id accepted how many sessions, and when")
