"""What the database itself refuses about imported history, past every service."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from contributions.history.rules import Commit
from contributions.models import CommitShare, HistoryAcceptance, HistoryImport, ImportedSession
from contributions.services.history import bring_history
from contributions.services.history_acceptance import accept_history
from core.ids import uuid7
from tests.contributions.histories import commit, days_of
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """One accepted session (Asha, two commits) and two proposed ones (Asha, Bo)."""
    world = make_world()
    bring(world, days_of("Asha", 1))
    accept_history(project=world.project, by=world.maintainer, now=world.now)
    bring(world, [commit(10, "Asha", 5000), commit(11, "Bo", 5000)])
    return world


def bring(world: World, commits: list[Commit]) -> None:
    bring_history(project=world.project, commits=commits, by=None, now=world.now)


def refused(words: str, sql: str, *params: Any) -> None:
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def accepted() -> ImportedSession:
    return ImportedSession.objects.get(acceptance__isnull=False)


def proposed(name: str) -> ImportedSession:
    return ImportedSession.objects.get(acceptance__isnull=True, subject__imported_identity__name=name)


@pytest.mark.parametrize(
    "change",
    [
        "minutes = 999",
        "worked_on = '2020-01-01'",
        "acceptance_id = NULL, contribution_id = NULL",
        "first_sha = repeat('a', 40)",
        "started_at = NULL, first_commit_at = NULL, ended_at = NULL",
        "first_sha = 'erased:' || id, started_at = NULL, first_commit_at = NULL, ended_at = NULL, minutes = 5",
        "project_id = project_id",
    ],
)
def test_an_accepted_session_never_changes(world: World, change: str) -> None:
    refused("stands", f"UPDATE contributions_importedsession SET {change} WHERE id = %s", accepted().pk)


def test_an_accepted_session_is_not_deleted_and_keeps_its_commits(world: World) -> None:
    session = accepted()
    refused("stays in it", "DELETE FROM contributions_commitshare WHERE session_id = %s", session.pk)
    refused(
        "stays in it",
        "UPDATE contributions_commitshare SET session_id = NULL WHERE session_id = %s",
        session.pk,
    )
    refused("stands", "DELETE FROM contributions_importedsession WHERE id = %s", session.pk)
    share = CommitShare.objects.get(session=proposed("Asha"))
    refused(
        "takes no more",
        "UPDATE contributions_commitshare SET session_id = %s WHERE id = %s",
        session.pk,
        share.pk,
    )


def test_a_commit_is_in_a_session_of_its_own_person(world: World) -> None:
    share = CommitShare.objects.get(session=proposed("Asha"))
    refused(
        "its own person",
        "UPDATE contributions_commitshare SET session_id = %s WHERE id = %s",
        proposed("Bo").pk,
        share.pk,
    )


def test_a_session_has_the_contribution_of_its_own_person(world: World) -> None:
    work, acceptance = accepted().contribution_id, HistoryAcceptance.objects.get()
    refused(
        "not of its person",
        "UPDATE contributions_importedsession SET acceptance_id = %s, contribution_id = %s WHERE id = %s",
        acceptance.pk,
        work,
        proposed("Bo").pk,
    )


def test_nobody_accepts_their_own_session_whatever_name_it_goes_under(world: World) -> None:
    asha = accepted().subject
    own = HistoryAcceptance.objects.create(
        project=world.project, accepted_by=world.contributor, created_at=world.now, seen_at=world.now
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_subjectlink (alias_id, primary_id, linked_at) VALUES (%s, %s, now())",
            [asha.pk, world.contributor.pk],
        )
    refused(
        "Nobody accepts sessions of their own",
        "WITH work AS (INSERT INTO contributions_contribution (id, subject_id, client_id, payload_hash, guild_id,"
        " project_id, task_id, role, source, state, need, note, link, created_at, submitted_at, decided_at,"
        " minutes_counted, minutes_credited, points) VALUES (%s, %s, %s, '', %s, %s, %s, 'code', 'imported',"
        " 'approved', '', '', '', now(), now(), now(), 0, 0, 0) RETURNING id) SELECT id FROM work;"
        " UPDATE contributions_importedsession SET acceptance_id = %s, contribution_id = %s WHERE id = %s",
        *(work := [uuid7()]),
        asha.pk,
        uuid7(),
        world.guild.pk,
        world.project.pk,
        world.open_work.pk,
        own.pk,
        work[0],
        proposed("Asha").pk,
    )


def test_states_go_their_declared_way(world: World) -> None:
    row = HistoryImport.objects.first()
    assert row is not None
    refused("cannot go", "UPDATE contributions_historyimport SET state = 'uploaded' WHERE id = %s", row.pk)
    done = HistoryAcceptance.objects.get()
    refused(
        "cannot go",
        "UPDATE contributions_historyacceptance SET state = 'running', finished_at = NULL WHERE id = %s",
        done.pk,
    )


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("importedcommit", "project_id, history_import_id, sha, authored_at, authored_on, set_aside"),
        (
            "importedsession",
            "project_id, subject_id, first_sha, started_at, first_commit_at, ended_at, worked_on, role",
        ),
    ],
)
def test_the_same_commit_or_session_is_not_stored_twice(world: World, table: str, columns: str) -> None:
    counts = {"importedcommit": "insertions, deletions, files, document_files", "importedsession": "minutes, commits"}
    columns = f"{columns}, {counts[table]}"
    refused(
        "_once",
        f"INSERT INTO contributions_{table} (id, {columns}) SELECT %s, {columns} FROM contributions_{table} LIMIT 1",
        uuid7(),
    )


def test_a_person_has_one_part_in_a_commit(world: World) -> None:
    refused(
        "_once",
        "INSERT INTO contributions_commitshare (commit_id, subject_id, is_author)"
        " SELECT commit_id, subject_id, false FROM contributions_commitshare LIMIT 1",
    )


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE contributions_importedcommit SET sha = 'x'", "sha_shape"),
        ("UPDATE contributions_importedcommit SET set_aside = 'x'", "set_aside_known"),
        ("UPDATE contributions_importedsession SET minutes = 0 WHERE acceptance_id IS NULL", "fits_a_day"),
        (
            "UPDATE contributions_importedsession SET started_at = NULL WHERE acceptance_id IS NULL",
            "times_agree",
        ),
        ("UPDATE contributions_historyimport SET data = 'x'", "keeps_no_file_after"),
        ("UPDATE contributions_historyimport SET finished_at = NULL", "finished_has_a_date"),
        ("UPDATE contributions_historyacceptance SET finished_at = NULL", "finished_has_a_date"),
    ],
)
def test_rows_that_make_no_sense_are_refused(world: World, sql: str, words: str) -> None:
    refused(words, sql)


def test_one_acceptance_of_a_project_runs_at_a_time(world: World) -> None:
    row = {"project": world.project, "accepted_by": world.maintainer, "created_at": world.now, "seen_at": world.now}
    HistoryAcceptance.objects.create(**row)
    with pytest.raises(DatabaseError, match="one_at_a_time"), transaction.atomic():
        HistoryAcceptance.objects.create(**row)
