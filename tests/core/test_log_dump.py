"""A dump proves the log by itself: without Django, a server or a key; and whatever was changed in it is named."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.checkpoints import publish_checkpoint, rotate_key
from core.deliveries import deliver_until_empty
from core.log_dump import Asked, DumpTrouble, asked_of, check_dump
from core.log_keys import KeyRing
from core.models import LogCheckpoint, LogKey
from core.public_log import CONSUMER, forget_salts
from core.signed_notes import PrivateKey
from guildhub.backups import programs
from tests import databases
from tests.core.happenings import NOW, behind_the_guards, happen

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Dumped:
    """A log of fourteen entries, three checkpoints and two keys, dumped both ways, and what somebody kept of it."""

    plain: Path
    own_format: Path
    notes: list[str]
    keys: list[str]
    rewritten: Path


def grow(count: int) -> None:
    for _ in range(count):
        happen(kind="grant.given", right="reviewer")
    deliver_until_empty(CONSUMER, now=NOW + timedelta(days=999))


def dump(to: Path, *options: str) -> Path:
    programs.run("pg_dump", f"--file={to}", *options, database=programs.database_name())
    return to


@pytest.fixture(scope="module")
def dumped(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Dumped]:
    folder = tmp_path_factory.mktemp("dump")
    ring = KeyRing(file=folder / "log.key")
    with django_db_blocker.unblock():
        try:
            grow(5)
            publish_checkpoint(now=NOW, ring=ring)
            grow(2)
            grow(2)
            publish_checkpoint(now=NOW + HOUR, ring=ring)
            rotate_key(reason="planned", now=NOW + 2 * HOUR, ring=ring)
            grow(2)
            publish_checkpoint(now=NOW + 3 * HOUR, ring=ring)
            actor = happen().actor
            assert actor is not None
            grow(0)
            happen()  # one that is still on its way
            forget_salts([actor])
            notes = list(LogCheckpoint.objects.order_by("pk").values_list("note", flat=True))
            keys = [str(key.verifier) for key in LogKey.objects.order_by("number")]
            plain, own = dump(folder / "log.sql"), dump(folder / "log.dump", "--format=custom")
            rewrite_everything(KeyRing(file=folder / "thief.key"))
            yield Dumped(plain, own, notes, keys, dump(folder / "rewritten.sql"))
        finally:
            databases.put_back()


def rewrite_everything(ring: KeyRing) -> None:
    """Another history from the first entry on, with a key and checkpoints of its own: all that a superuser can do."""
    with behind_the_guards() as cursor:
        cursor.execute("DELETE FROM core_logcheckpoint; DELETE FROM core_logkey; DELETE FROM core_lognode")
        cursor.execute("DELETE FROM core_logroot; DELETE FROM core_logsalt; DELETE FROM core_logentry")
        cursor.execute("DELETE FROM core_delivery; DELETE FROM core_event")
    grow(9)
    publish_checkpoint(now=NOW, ring=ring)
    grow(9)
    publish_checkpoint(now=NOW + HOUR, ring=ring)


def check(path: Path, asked: Asked | None = None) -> tuple[int, str]:
    said: list[str] = []
    findings = check_dump(path, asked or Asked({}), said.append)
    return findings, "\n".join(said)


def test_both_kinds_of_dump_hold_and_say_who_signed_what(dumped: Dumped) -> None:
    for path in (dumped.plain, dumped.own_format):
        findings, said = check(path)
        assert findings == 0, said
        assert "14 entries under 5 roots and 3 checkpoints." in said
        assert "1 of them lost their salt" in said
        assert re.search(r"checkpoint 10, 2026-.*, key 1 \([0-9a-f]{8}\): signs 2 root\(s\)", said), said
        assert re.search(r"checkpoint 13, 2026-.*, key 2 ", said), said
        assert "1 root(s) since then are not signed yet." in said
    every = check(dumped.plain, Asked({}, tells_roots=True))[1]
    assert "root 8: signed by checkpoint 10" in every and "root 14: not signed yet" in every


def test_it_needs_no_django_no_server_and_no_settings(dumped: Dumped, tmp_path: Path) -> None:
    known = tmp_path / "kept.txt"
    known.write_text(dumped.notes[0], encoding="utf-8")
    program = (
        "import sys; sys.modules.update({'django': None, 'psycopg2': None, 'guildhub': None})\n"
        "from core.log_dump import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(dumped.own_format), "--known", str(known), "--key", dumped.keys[0]],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "PG_PROGRAMS": str(programs.find_program("pg_restore").parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept.txt: the first 5 entries are those that key" in done.stdout
    assert done.stdout.endswith("The log holds: no finding.\n")


def test_the_command_of_the_hub_reads_dumps_too(dumped: Dumped, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_log", dump=dumped.plain)
    assert "The log holds: 4 checks, no finding." in capsys.readouterr().out
    with pytest.raises(CommandError, match="can't be read"):
        call_command("verify_log", dump=Path("/nowhere"))


def test_a_saved_checkpoint_finds_a_history_that_was_rewritten_with_all_its_keys(dumped: Dumped) -> None:
    assert check(dumped.rewritten)[0] == 0  # nothing in it contradicts itself
    for note in dumped.notes:
        findings, said = check(dumped.rewritten, Asked({"kept.txt": note}))
        assert findings == 1 and "kept.txt: it was not signed by any key of this log; the keys were exchanged" in said
    findings, said = check(dumped.rewritten, asked_of([], dumped.keys[0]))
    assert findings == 1 and "this log never had it" in said
    findings, said = check(dumped.rewritten, Asked({"kept.txt": dumped.notes[0]}, asked_of([], dumped.keys[0]).trusted))
    assert findings == 2 and "the first 5 entries are not those that were signed: history was rewritten" in said


#: What is changed in the dump's text (table, pattern, replacement), and which sentence names it.
TAMPERINGS: dict[str, tuple[str, str, str, str]] = {
    "leaf": ("core_logentry", r"(?m)^(4\t.*\\\\x).{8}", r"\g<1>ffffffff", r"core_logentry 4: its leaf is not the hash"),
    "leaf of an erased": ("core_logentry", r"(?m)^(13\t.*\\\\x).{8}", r"\g<1>ffffffff", r"core_logroot 14: it is not the root"),
    "entry removed": ("core_logentry", r"(?m)^2\t.*\n", "", r"core_logentry 3: 2 should come here"),
    "end cut off": ("core_logentry", r"(?m)^1[0-3]\t.*\n", "", r"core_logcheckpoint 13: .* the end was cut off"),
    "root": ("core_logroot", r"(?m)^(5\t\\\\x).{8}", r"\g<1>ffffffff", r"core_logroot 5: it is not the root"),
    "event": ("core_event", "reviewer", "steward", r"its leaf is not the hash of event"),
    "checkpoint's size": ("core_logcheckpoint", r"(proof\\n)5(\\n)", r"\g<1>6\2", r"core_logcheckpoint 5: the signature of key"),
    "checkpoint's time": (
        "core_logcheckpoint", r"(?m)^(5\t.*):00\+", r"\g<1>:09+", r"core_logcheckpoint 5: the time it was signed with"
    ),
    "checkpoint moved": ("core_logcheckpoint", r"(?m)^5\t", "7\t", r"core_logcheckpoint 7: it was signed for 5"),
    "checkpoint's key": ("core_logcheckpoint", r"[0-9a-f-]{36}", "0" * 36, r"core_logcheckpoint 5: its key is gone"),
    "key": ("core_logkey", r"(\\\\x).{8}", r"\g<1>ffffffff", r"core_logkey \d: its statement says something else"),
    "key's beginning": ("core_logkey", r"(?m)^(.*\t2\t.*):00\+", r"\1:09+", r"core_logkey 2: its statement says"),
    "key's statement": (
        "core_logkey", r"(reason planned\\n.*?\\n\\n).*?\\n", r"\1", r"core_logkey 2: key 1 did not sign it"
    ),
    "key removed": ("core_logkey", r"(?m)^.*\t1\tguild.*\n", "", r"core_logkey 2: 1 should come here"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_in_a_dump_is_named(dumped: Dumped, tmp_path: Path, what: str) -> None:
    table, pattern, replacement, sentence = TAMPERINGS[what]
    text = dumped.plain.read_text(encoding="utf-8")
    head, copy, rest = re.split(rf"(COPY public\.{table} .*\n)", text, maxsplit=1)
    rows, end, tail = rest.partition("\\.\n")
    changed = re.sub(pattern, replacement, rows, count=1)
    if what == "end cut off":
        changed = re.sub(pattern, replacement, rows)
    assert changed != rows, "the tampering changed nothing"
    path = tmp_path / "tampered.sql"
    path.write_text(head + copy + changed + end + tail, encoding="utf-8")
    findings, said = check(path)
    assert findings and re.search(sentence, said), said


def test_what_is_no_dump_or_half_a_dump_is_said(dumped: Dumped, tmp_path: Path) -> None:
    text = dumped.plain.read_text(encoding="utf-8")
    own = dumped.own_format.read_bytes()
    cases: list[tuple[bytes, str]] = [
        (b"hello\n", "holds no public log"),
        (text[: text.index("COPY public.core_logentry") + 200].encode(), "ends in the middle of core_logentry"),
        (text.replace("(seq, leaf_hash,", "(seq, leaf,").encode(), "core_logentry has no leaf_hash"),
        (own[:5000], "pg_restore can't read"),
        (b"\xff\xfe", "can't be read"),
    ]
    for content, words in cases:
        path = tmp_path / "half"
        path.write_bytes(content)
        with pytest.raises(DumpTrouble, match=words):
            check(path)


def test_a_saved_file_that_is_no_checkpoint_or_another_logs_is_a_finding(dumped: Dumped, tmp_path: Path) -> None:
    findings, said = check(dumped.plain, Asked({"a.txt": "hello", "b.txt": dumped.notes[1].replace("10\n", "11\n", 1)}))
    assert findings == 2
    assert "a.txt: it is no signed note" in said and "b.txt: the signature of key" in said
    with pytest.raises(DumpTrouble, match="no key of a log"):
        asked_of([], "nonsense")
    with pytest.raises(DumpTrouble, match="can't be read"):
        asked_of([tmp_path / "nothing"])
    stranger = str(PrivateKey.make("guild.test/log-proof").public)
    assert check(dumped.plain, asked_of([], stranger))[0] == 1
