"""Anybody can check the log with what the pages and the API give them, and with nothing that names a person."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.services import erase_person, export_person
from core.log_documents import event_document
from core.merkle import Frontier, leaf_hash
from core.merkle_proofs import is_consistent, is_included
from core.models import LogCheckpoint, LogEntry
from core.signed_notes import Checkpoint, PublicKey, read_note
from tests.factories import World
from tests.pages import busy_world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield busy_world()
        transaction.set_rollback(True)


def get(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.content!r}"
    return answer.content.decode()


def raw(text: str) -> bytes:
    return base64.b64decode(text)


def latest_key() -> PublicKey:
    return PublicKey.read(json.loads(get("/log-proof/keys"))["keys"][-1]["key"])


def signed(note: str) -> Checkpoint:
    """What a checkpoint says, after checking who signed it."""
    read = read_note(note)
    assert read.signed_by(latest_key())
    return Checkpoint.read(read.text)


def test_the_checkpoint_is_text_and_is_signed_by_the_published_key(world: World) -> None:
    answer = Client().get("/log-proof/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "max-age=5" in answer["Cache-Control"]
    said = signed(answer.content.decode())
    assert (said.origin, said.size) == ("guild.test/log-proof", LogCheckpoint.objects.latest("pk").size)
    older = get(f"/log-proof/checkpoint/{world.extra['log_size']}")
    assert signed(older).size == world.extra["log_size"]


def test_a_proof_from_the_api_leads_from_the_leaf_to_the_signed_root(world: World) -> None:
    for entry in (0, 3, 50):
        told = json.loads(get(f"/api/v1/public-log/proofs/inclusion?entry={entry}"))
        said = signed(told["checkpoint"]["note"])
        path = [raw(each) for each in told["hashes"]]
        assert is_included(seq=entry, size=said.size, leaf=raw(told["leaf"]), path=path, root=said.root)
        assert told["checkpoint"]["root"] == base64.b64encode(said.root).decode()


def test_two_checkpoints_are_shown_to_be_of_one_history(world: World) -> None:
    first = world.extra["log_size"]
    told = json.loads(get(f"/api/v1/public-log/proofs/consistency?first={first}"))
    older, newer = signed(told["first"]["note"]), signed(told["second"]["note"])
    assert older.size == first < newer.size
    assert is_consistent(
        first=older.size,
        second=newer.size,
        first_root=older.root,
        second_root=newer.root,
        path=[raw(each) for each in told["hashes"]],
    )


@pytest.mark.parametrize("is_right", [True, False])
def test_the_program_in_the_docs_checks_it(
    world: World, is_right: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = (settings.BASE_DIR / "docs" / "public-log.md").read_text(encoding="utf-8")
    [program] = re.findall(r"```python\n(.*?)```", docs, re.S)
    size = world.extra["log_size"]
    answer = get(f"/api/v1/public-log/proofs/consistency?first={size}")
    if not is_right:
        hashes = json.loads(answer)["hashes"]
        answer = answer.replace(hashes[-1], base64.b64encode(bytes(32)).decode())
    monkeypatch.setattr("urllib.request.urlopen", lambda address: io.StringIO(answer))
    program = program.replace("name+id+base64 as you saved it", str(latest_key()))
    exec(compile(program, "docs/public-log.md", "exec"), {})
    assert capsys.readouterr().out == ("The log only grew.\n" if is_right else "This proof is wrong.\n")


def test_the_api_proves_nothing_of_what_was_not_signed(world: World) -> None:
    for query in (
        "inclusion?entry=1&size=1",
        "inclusion?entry=999999",
        "consistency?first=1",
        "consistency?first=5&second=4",
    ):
        assert Client().get(f"/api/v1/public-log/proofs/{query}").status_code == 404


def test_the_proof_file_is_checked_offline(world: World) -> None:
    text = get("/log-proof/proof/7")
    head, _, note = text.partition("\n\n")
    form, index, *hashes = head.split("\n")
    assert (form, index) == ("c2sp.org/tlog-proof@v1", "index 7")
    said = signed(note)
    leaf = bytes(LogEntry.objects.get(seq=7).leaf_hash)
    assert is_included(seq=7, size=said.size, leaf=leaf, path=[raw(each) for each in hashes], root=said.root)


def test_tiles_make_the_signed_root(world: World) -> None:
    said = signed(get("/log-proof/checkpoint"))
    assert said.size < 65_536
    leaves: list[bytes] = []
    for start in range(0, said.size, 256):
        width = min(256, said.size - start)
        place = f"{start // 256:03}" + (f".p/{width}" if width < 256 else "")
        answer = Client().get(f"/log-proof/tile/0/{place}")
        assert answer["Content-Type"] == "application/octet-stream" and "immutable" in answer["Cache-Control"]
        leaves += [answer.content[at : at + 32] for at in range(0, len(answer.content), 32)]
    assert Frontier().grown(leaves).root() == said.root


@pytest.mark.parametrize(
    "path",
    [
        "0/000.p/0",
        "0/000.p/257",
        "0/1",
        "0/x000/000/",
        "9/000",
        "0/000.p/abc",
        "0/x999/x999/x999/x999/x999/999",
        "1/x001/000",
    ],
)
def test_a_tile_that_was_not_signed_is_not_there(world: World, path: str) -> None:
    assert Client().get(f"/log-proof/tile/{path}").status_code == 404


def test_the_page_explains_and_shows_proofs(world: World) -> None:
    page = get("/log-proof/")
    assert "Check it yourself" in page and "guild.test/log-proof" in page and str(latest_key()) in page
    shown = get("/log-proof/?entry=5")
    leaf = base64.b64encode(bytes(LogEntry.objects.get(seq=5).leaf_hash)).decode()
    assert leaf.replace("+", "+") in shown and "/log-proof/proof/5" in shown
    assert "From " in get(f"/log-proof/?first={world.extra['log_size']}")
    assert "There is no seal of that many events" in get("/log-proof/?first=3")
    assert "The log has no such events" in get("/log-proof/?entry=999999")
    for odd in ("entry=x", "entry=-1", "entry=99999999999999999999", "first=0", "entry=&first="):
        get(f"/log-proof/?{odd}")


def test_nothing_public_names_anybody(world: World) -> None:
    people = {str(person.pk) for person in (world.contributor, world.reviewer, world.maintainer, world.steward)}
    size = LogCheckpoint.objects.latest("pk").size
    told = "".join(
        get(path)
        for path in (
            "/log-proof/", "/log-proof/?entry=5", "/log-proof/keys", "/log-proof/checkpoint", "/log-proof/proof/5",
            "/api/v1/public-log/checkpoints", "/api/v1/public-log/keys", "/api/v1/public-log/proofs/inclusion?entry=5",
        )
    )  # fmt: skip
    assert str(size) in told
    assert not [person for person in people if person in told]
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", told.replace("csrf", ""))


def test_a_person_finds_their_own_events_in_the_log(world: World) -> None:
    rows = export_person(subject_id=world.contributor.pk)["core.Event"]
    mine = [row for row in rows if row["salt"]]
    assert mine and any(not row["salt"] for row in rows), "events with others in them keep their salts"
    for row in mine[:3]:
        document = event_document(
            event_id=row["id"],
            kind=row["kind"],
            actor=row["actor"],
            guild=row["guild"],
            object_kind=row["object_kind"],
            object_id=row["object_id"],
            data=row["data"],
            occurred_at=row["occurred_at"],
        )
        told = json.loads(get(f"/api/v1/public-log/proofs/inclusion?entry={row['place_in_log']}"))
        assert raw(told["leaf"]) == leaf_hash(bytes.fromhex(row["salt"]) + document)


def test_erasing_somebody_changes_no_proof(world: World) -> None:
    path = "/api/v1/public-log/proofs/inclusion?entry=20"
    with transaction.atomic():
        before = get(path), get("/log-proof/checkpoint")
        erase_person(subject_id=world.contributor.pk, by=None, now=timezone.now())
        assert (get(path), get("/log-proof/checkpoint")) == before
        transaction.set_rollback(True)
