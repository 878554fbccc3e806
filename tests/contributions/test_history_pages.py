"""The history page of a project: upload, preview, progress, acceptance; for maintainers, in words, without JavaScript."""

from __future__ import annotations

import html
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ImportedIdentity
from accounts.services import claim_identity
from contributions.history.reading import FILE_BYTES_MOST
from contributions.jobs import accept_sessions, read_history
from contributions.models import (
    Contribution,
    HistoryAcceptance,
    HistoryImport,
    ImportedCommit,
    ImportedSession,
)
from contributions.services.history import bring_history
from core.formats import NO_BREAK
from projects.services import change_project_state
from tests.contributions.histories import SHOONYA, as_file, author, commit, days_of
from tests.contributions.test_history_git import Repository
from tests.factories import World, make_world, verify_email
from tests.pages import client_of

pytestmark = pytest.mark.django_db

FILE = as_file([*days_of("Asha", 3), commit(99, "Bo", 5, "Asha")])


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=1))


@pytest.fixture
def maintainer(world: World) -> Client:
    return client_of(world, "maintainer")


def address(world: World) -> str:
    return reverse("contributions:history", args=[world.project.slug])


def send(world: World, client: Client, data: bytes, name: str = "history.jsonl.gz") -> str:
    """Upload a file and read the page it leads to, as words."""
    form = {"do": "upload", "file": SimpleUploadedFile(name, data)}
    answer = client.post(address(world), form, follow=True)
    assert answer.status_code == 200
    return words(answer.content)


def words(content: bytes) -> str:
    return html.unescape(content.decode()).replace(NO_BREAK, " ").replace("<bdi>", "").replace("</bdi>", "")


def press(client: Client, where: str, do: str, **values: object) -> str:
    answer = client.post(where, {"do": do, **values}, follow=True)
    assert answer.status_code == 200
    return words(answer.content)


def test_a_history_goes_from_a_file_to_credit(world: World, maintainer: Client) -> None:
    preview = send(world, maintainer, FILE)
    row = HistoryImport.objects.get()
    for expected in (
        "What it would bring",
        "history.jsonl.gz",
        "6 h 30 min",
        "estimated",
        "git-hours",
        "Bring it in",
    ):
        assert expected in preview, expected
    assert not ImportedCommit.objects.exists()

    assert "is being read" in press(maintainer, row.get_absolute_url(), "start")
    reading = words(maintainer.get(row.get_absolute_url()).content)
    assert "<progress" in reading and 'data-progress="' in reading and "See how far it is now" in reading
    progress = reverse("contributions:history_import_progress", args=[world.project.slug, row.pk])
    assert maintainer.get(progress).json() == {"done": 0, "total": 7, "message": "0 of 7", "finished": False}
    read_history(str(row.pk))
    assert maintainer.get(progress).json() == {"done": 7, "total": 7, "message": "7 of 7", "finished": True}

    page = words(maintainer.get(address(world)).content)
    for expected in ("4 sessions of work", "Asha", "Bo", "Accept all", "Credited commits"):
        assert expected in page, expected
    assert "4 sessions are being credited" in press(maintainer, address(world), "accept")
    assert "Crediting accepted sessions" in words(maintainer.get(address(world)).content)
    acceptance = HistoryAcceptance.objects.get()
    accept_sessions(str(acceptance.pk))
    progress = reverse("contributions:history_acceptance_progress", args=[world.project.slug, acceptance.pk])
    assert maintainer.get(progress).json()["finished"] is True
    assert Contribution.objects.filter(source="imported").count() == 4
    page = words(maintainer.get(address(world)).content)
    assert "Waiting to be accepted" not in page and "Last accepted: 4 sessions, 65 REP" in page


def test_one_persons_sessions_are_accepted_with_one_button(world: World, maintainer: Client) -> None:
    bring_history(
        project=world.project, commits=[*days_of("Asha", 2), commit(99, "Bo", 5)], by=None, now=timezone.now()
    )
    bo = ImportedIdentity.objects.get(name="Bo").subject_id
    press(maintainer, address(world), "accept", subject=bo)
    accept_sessions(str(HistoryAcceptance.objects.get().pk))
    assert set(ImportedSession.objects.filter(acceptance__isnull=False).values_list("subject_id", flat=True)) == {bo}


def test_ones_own_sessions_have_no_button_and_the_page_says_why(world: World, maintainer: Client) -> None:
    email = verify_email(world.maintainer)
    bring_history(project=world.project, commits=[commit(1, author("Boss", email), 0)], by=None, now=timezone.now())
    claim_identity(identity=ImportedIdentity.objects.get(), by=world.maintainer, now=timezone.now())
    page = words(maintainer.get(address(world)).content)
    assert "yours: another maintainer accepts them" in page and "Nobody accepts their own" in page
    assert 'value="accept"' not in page
    refused = press(maintainer, address(world), "accept", subject=world.maintainer.pk)
    assert "The 1 session left is your own" in refused
    assert not Contribution.objects.exists()


def test_a_bad_file_is_told_line_by_line_where_it_was_sent(world: World, maintainer: Client) -> None:
    page = send(world, maintainer, as_file([commit(1, "Asha", 0)])[:-9])
    assert "The gzip file ends in the middle" in page
    page = send(world, maintainer, b'{"sha": "1"}\nnonsense\n')
    assert "Line 1: the column “merge” is missing" in page and "Line 2: it isn't JSON" in page
    assert "larger than 10 MB" in send(world, maintainer, b"x" * (FILE_BYTES_MOST + 1))
    assert "empty" in send(world, maintainer, b"")
    assert not HistoryImport.objects.exists()


def test_what_is_known_already_is_said(world: World, maintainer: Client) -> None:
    bring_history(project=world.project, commits=days_of("Asha", 1), by=None, now=timezone.now())
    assert "Every commit in this file is known" in send(world, maintainer, as_file(days_of("Asha", 1)))


def test_names_from_a_file_are_text_and_nothing_else(world: World, maintainer: Client) -> None:
    evil = author("<script>alert(1)</script>")
    send(world, maintainer, as_file([commit(1, evil, 0)]), name="<b>x.gz")
    row = HistoryImport.objects.get()
    press(maintainer, row.get_absolute_url(), "start")
    read_history(str(row.pk))
    for where in (address(world), row.get_absolute_url()):
        content = maintainer.get(where).content
        assert b"<script>alert" not in content and b"<b>x" not in content


def test_an_upload_is_thrown_away_and_a_read_one_taken_back(world: World, maintainer: Client) -> None:
    send(world, maintainer, FILE)
    first = HistoryImport.objects.get()
    assert "Thrown away" in press(maintainer, first.get_absolute_url(), "discard")
    assert "nothing of it is kept" in words(maintainer.get(first.get_absolute_url()).content)
    send(world, maintainer, FILE)
    second = HistoryImport.objects.exclude(pk=first.pk).get()
    press(maintainer, second.get_absolute_url(), "start")
    read_history(str(second.pk))
    assert "Take it back" in words(maintainer.get(second.get_absolute_url()).content)
    assert "Taken back" in press(maintainer, second.get_absolute_url(), "take_back")
    assert not ImportedCommit.objects.exists()


def test_a_project_that_is_not_started_says_what_to_do(world: World, maintainer: Client) -> None:
    bring_history(project=world.project, commits=days_of("Asha", 1), by=None, now=timezone.now())
    change_project_state(project=world.project, to="dormant", by=world.maintainer, now=timezone.now(), reason="Winter.")
    page = words(maintainer.get(address(world)).content)
    assert "credits nobody. Start it" in page and "Accept all" not in page
    assert "credits nobody. Start it" in press(maintainer, address(world), "accept")


@pytest.mark.parametrize("reader", ["outsider", "newcomer", "contributor", "reviewer"])
def test_nobody_else_sees_or_changes_anything(world: World, maintainer: Client, reader: str) -> None:
    send(world, maintainer, FILE)
    row = HistoryImport.objects.get()
    client = client_of(world, reader)
    progress = reverse("contributions:history_import_progress", args=[world.project.slug, row.pk])
    for where in (address(world), row.get_absolute_url(), progress):
        assert client.get(where).status_code == 403
    for where, do in [
        (address(world), "upload"),
        (address(world), "accept"),
        (row.get_absolute_url(), "start"),
    ]:
        assert client.post(where, {"do": do}).status_code == 403
    row.refresh_from_db()
    assert row.state == "uploaded"


def test_an_import_is_found_under_its_own_project_only(world: World, maintainer: Client) -> None:
    other = make_world(timezone.now() - timedelta(days=1))
    send(world, maintainer, FILE)
    row = HistoryImport.objects.get()
    wrong = reverse("contributions:history_import", args=[other.project.slug, row.pk])
    assert client_of(other, "maintainer").get(wrong).status_code == 404


def test_the_command_tells_what_it_found_and_what_it_cost(world: World) -> None:
    said = StringIO()
    call_command("import_history", str(SHOONYA), project=world.project.slug, stdout=said)
    lines = dict(line.split("  ", 1) for line in said.getvalue().splitlines())
    found = {key: value.strip().split(" ")[0] for key, value in lines.items()}
    assert found["commits"] == "3279" and found["set aside: merges"].startswith("1267")
    assert (found["set aside: bots"], found["credited commits"]) == ("1", "2011")
    assert (found["authors"], found["people"], found["sessions"]) == ("46", "47", "1151")
    assert int(found["SQL statements"]) < 100 and "seconds" in found
    again = StringIO()
    call_command(
        "import_history",
        str(SHOONYA),
        project=world.project.slug,
        accept_as=world.maintainer.user.email,
        stdout=again,
    )
    assert "Nothing was new" in again.getvalue() and "accepted sessions   1151" in again.getvalue()


def test_the_command_reads_a_repository(world: World, tmp_path: object) -> None:
    repository = Repository(tmp_path / "r")  # type: ignore[operator]
    repository.commit("Asha <asha@example.org>", "One\n\nCo-authored-by: Bo <bo@example.org>")
    said = StringIO()
    call_command("import_history", git=str(repository.path), project=world.project.slug, stdout=said)
    assert set(ImportedIdentity.objects.values_list("name", flat=True)) == {"Asha", "Bo"}
    assert author("Asha", "asha@example.org").email_hash in ImportedIdentity.objects.values_list(
        "email_hash", flat=True
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"project": "no-such"}, "There is no project"),
        ({}, "Name one source"),
        ({"git": "x", "file": "y"}, "Name one source"),
        ({"file": "/no/such/file"}, "can't be read"),
        ({"git": "/no/such/folder"}, "There is no folder"),
    ],
)
def test_the_command_refuses_in_words(world: World, arguments: dict[str, str], said: str) -> None:
    options = {"project": world.project.slug, **arguments}
    file = [options.pop("file")] if "file" in options else []
    with pytest.raises(CommandError, match=said):
        call_command("import_history", *file, **options)
