"""A history as a file: checked, kept until its sender decides, read in the background, resumed, forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import ImportedIdentity
from accounts.services import erase_person, export_person
from contributions.history.reading import HistoryUnreadable
from contributions.jobs import read_history, resume_history
from contributions.models import CommitShare, Contribution, HistoryImport, ImportedCommit, ImportedSession
from contributions.services import history as history_services
from contributions.services import history_uploads
from contributions.services.history import bring_history
from contributions.services.history_acceptance import accept_history
from contributions.services.history_uploads import (
    NothingNew,
    discard_import,
    read_import,
    resume_imports,
    start_import,
    upload_history,
)
from core.errors import PermissionRefused, TransitionRefused
from core.registries import integrity_checks
from tests.contributions.histories import as_file, commit, contents, days_of
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db

FILE = as_file([*days_of("Asha", 3), commit(99, "Bo", 5)])


@pytest.fixture
def world() -> World:
    return make_world()


def upload(world: World, data: bytes = FILE) -> HistoryImport:
    return upload_history(
        project=world.project, by=world.maintainer, file_name="history.jsonl.gz", data=data, now=world.now
    )


def read(world: World, row: HistoryImport) -> HistoryImport:
    start_import(history_import=row, by=world.maintainer, now=world.now)
    read_import(import_id=row.pk, now=world.now)
    row.refresh_from_db()
    return row


def test_an_upload_is_counted_and_stores_nothing_yet(world: World) -> None:
    row = upload(world)
    assert (row.state, row.summary["commits"], row.summary["sessions"], row.total) == ("uploaded", 7, 4, 7)
    assert not ImportedCommit.objects.exists() and not ImportedIdentity.objects.exists()


def test_the_same_upload_twice_is_one(world: World) -> None:
    assert upload(world) == upload(world)


def test_a_started_upload_is_read_and_its_file_forgotten(world: World) -> None:
    row = read(world, upload(world))
    assert (row.state, row.done, row.data) == ("read", 7, None)
    assert ImportedSession.objects.count() == 4
    before = contents()
    read_import(import_id=row.pk, now=world.now)
    assert contents() == before


def test_a_history_that_is_known_is_refused_before_anything_is_kept(world: World) -> None:
    read(world, upload(world))
    before = contents()
    with pytest.raises(NothingNew):
        upload(world)
    assert contents() == before


def test_a_bad_file_is_refused_line_by_line_and_not_kept(world: World) -> None:
    with pytest.raises(HistoryUnreadable) as caught:
        upload(world, b'{"sha": 1}\n{}\n')
    assert [line.split(":")[0] for line in caught.value.lines] == ["Line 1", "Line 2"]
    assert not HistoryImport.objects.exists()


def test_only_maintainers_upload_start_and_discard(world: World) -> None:
    with pytest.raises(PermissionRefused):
        upload_history(project=world.project, by=world.contributor, file_name="x", data=FILE, now=world.now)
    row = upload(world)
    for verb in (start_import, discard_import):
        with pytest.raises(PermissionRefused):
            verb(history_import=row, by=world.contributor, now=world.now)


def test_a_discarded_upload_keeps_nothing(world: World) -> None:
    row = upload(world)
    for _twice in range(2):
        row = discard_import(history_import=row, by=world.maintainer, now=world.now)
    assert (row.state, row.data, row.file_name) == ("discarded", None, "")
    with pytest.raises(TransitionRefused):
        start_import(history_import=row, by=world.maintainer, now=world.now)


def test_a_killed_reading_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_services, "BATCH", 2)
    row = start_import(history_import=upload(world), by=world.maintainer, now=world.now)

    def die(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_import(import_id=row.pk, now=world.now, on_progress=die)
    row.refresh_from_db()
    assert (row.state, row.done, ImportedCommit.objects.count()) == ("running", 2, 2)
    read_history(str(row.pk))
    row.refresh_from_db()
    assert (row.state, ImportedCommit.objects.count(), ImportedSession.objects.count()) == ("read", 7, 4)


def test_the_sweep_finds_what_lost_its_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = start_import(history_import=upload(world), by=world.maintainer, now=world.now)
    asked: list[object] = []
    monkeypatch.setattr(history_uploads, "nudge", lambda job, *args: asked.append(args))
    assert resume_imports(now=world.now + timedelta(minutes=1)) == 0
    assert resume_imports(now=world.now + timedelta(minutes=3)) == 1
    assert asked == [(str(row.pk),)]
    assert resume_history() == 1, "by the real clock it has been silent for long"


def test_a_reading_that_always_dies_is_given_up_in_words(world: World) -> None:
    row = start_import(history_import=upload(world), by=world.maintainer, now=world.now)
    HistoryImport.objects.filter(pk=row.pk).update(attempts=5)
    read_import(import_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert row.state == "failed" and "five times" in row.error
    assert read(world, row).state == "read", "a person can try again"


def test_a_right_lost_meanwhile_ends_the_reading_in_words(world: World) -> None:
    row = start_import(history_import=upload(world), by=world.maintainer, now=world.now)
    world.maintainer.grants.update(revoked_at=world.now)
    read_import(import_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert row.state == "failed" and "maintainers" in row.error
    assert not ImportedCommit.objects.exists()


def test_an_upload_nobody_decides_on_is_forgotten_after_a_week(world: World) -> None:
    row = upload(world)
    resume_imports(now=world.now + timedelta(days=6))
    row.refresh_from_db()
    assert row.state == "uploaded"
    resume_imports(now=world.now + timedelta(days=8))
    row.refresh_from_db()
    assert (row.state, row.data) == ("discarded", None)


def test_an_erased_author_leaves_sums_and_no_trace(world: World) -> None:
    bring_history(project=world.project, commits=days_of("Asha", 2), by=None, now=world.now)
    accept_history(project=world.project, by=world.maintainer, now=world.now)
    bring_history(project=world.project, commits=days_of("Asha", 1, first=50)[:1], by=None, now=world.now)
    bring_history(project=world.project, commits=[commit(70, "Asha", 9000)], by=None, now=world.now)
    waiting = upload(world, as_file([commit(200, "Asha", 99999)]))
    asha = ImportedIdentity.objects.get().subject_id
    told = export_person(subject_id=asha)
    assert {row["commit__sha"][-2:] for row in told["contributions.CommitShare"]} == {
        "01",
        "02",
        "03",
        "04",
        "32",
        "46",
    }
    assert len(told["contributions.ImportedSession"]) == 3
    tables = ("reputation_transfer", "reputation_entry", "contributions_week", "contributions_timeentry")
    before = contents(tables)

    erase_person(subject_id=asha, by=None, now=world.now)

    assert contents(tables) == before
    assert all(list(check()) == [] for check in integrity_checks("ledger").values())
    assert not CommitShare.objects.exists()
    left = ImportedSession.objects.all()
    assert [(s.first_sha, s.started_at, s.minutes) for s in left] == [(f"erased:{s.pk}", None, 120) for s in left]
    assert len(left) == 2, "what was only proposed goes"
    waiting.refresh_from_db()
    assert (waiting.state, waiting.data) == ("discarded", None)
    # Brought again, the history knows its commits, asks for no names and credits nobody twice.
    bring_history(project=world.project, commits=days_of("Asha", 2), by=None, now=world.now)
    assert ImportedIdentity.objects.get().name == ""
    assert Contribution.objects.count() == 2
