"""docs/public-log.md is right: its example comes out of the code, and out of nothing but json and hashlib."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from core.merkle import Frontier, leaf_hash
from core.public_log import event_document
from core.signed_notes import Checkpoint, PublicKey, read_note

PAGE = (Path(__file__).parents[2] / "docs" / "public-log.md").read_text(encoding="utf-8")


def example(name: str) -> str:
    """The indented line after `name:`."""
    [found] = re.findall(rf"^{name}:\n\n    (.+)$", PAGE, re.M)
    return str(found)


def test_the_code_makes_the_example() -> None:
    said = json.loads(example("Document"))
    document = event_document(
        event_id=UUID(said["id"]),
        kind=said["kind"],
        actor=UUID(said["actor"]),
        guild=UUID(said["guild"]),
        object_kind=said["object"]["kind"],
        object_id=UUID(said["object"]["id"]),
        data=said["data"],
        occurred_at=datetime.fromisoformat(said["occurred_at"]),
    )
    assert document.decode() == example("Document")
    leaf = leaf_hash(bytes.fromhex(example("Salt")) + document)
    assert leaf.hex() == example("Leaf")
    assert Frontier().grown([leaf] * 3).root().hex() == example("Root over three such leaves")


def test_anybody_can_make_the_example() -> None:
    document = json.dumps(json.loads(example("Document")), sort_keys=True, separators=(",", ":")).encode()
    leaf = sha256(b"\x00" + bytes.fromhex(example("Salt")) + document).digest()
    pair = sha256(b"\x01" + leaf + leaf).digest()
    assert leaf.hex() == example("Leaf")
    assert sha256(b"\x01" + pair + leaf).hexdigest() == example("Root over three such leaves")


def test_the_example_of_a_checkpoint_is_signed_by_its_key() -> None:
    [block] = re.findall(r"((?:    .+\n){3}\n(?:    \N{EM DASH} .+\n){2})", PAGE)
    [key] = re.findall(r"^    (guild\.example\.org/log-proof\+.+)$", PAGE, re.M)
    note, public = read_note(re.sub(r"(?m)^    ", "", block)), PublicKey.read(key)
    assert note.signed_by(public)
    assert note.time_signed_by(public) == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert Checkpoint.read(note.text).root.hex() in PAGE
