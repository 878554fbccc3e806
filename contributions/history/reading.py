"""Reading a history from a file: JSON lines, perhaps packed with gzip, one commit a line.

What arrives may be damaged or hostile: sizes are bounded before anything is unpacked, and whatever is wrong is told
with its line number in words for the person who made the file.
"""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.rules import NAME_LENGTH_MOST
from contributions.history.rules import Author, Commit
from core.errors import DomainError

FILE_BYTES_MOST = 10 * 1024 * 1024
UNPACKED_BYTES_MOST = 64 * 1024 * 1024
LINE_BYTES_MOST = 64 * 1024
COMMITS_MOST = 100_000
ERRORS_SHOWN = 20

_GZIP = b"\x1f\x8b"
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_HASH = re.compile(r"[0-9a-f]{16}")
_NEEDED = ("sha", "merge", "author", "email_hash", "authored_at")
_COUNTS = ("insertions", "deletions", "files")
_KNOWN = frozenset((*_NEEDED, *_COUNTS, "co_authors", "file_types"))
_COUNT_MOST = 2**31 - 1


class HistoryUnreadable(DomainError):
    """The file can't be taken. `lines` holds what is wrong, one sentence each, at most `ERRORS_SHOWN`."""

    code = "history_unreadable"

    def __init__(self, message: str, lines: list[str] | None = None) -> None:
        super().__init__(message)
        self.lines = lines or []


class _BadLine(ValueError):
    """What is wrong with one line, as a sentence."""


def read_history_file(data: bytes) -> list[Commit]:
    """The commits of a file in its order. Raises HistoryUnreadable, naming the lines that are wrong.

    Each line is an object with sha, merge, author, email_hash (first 16 hex digits of SHA-256 of the trimmed,
    lower-case e-mail), authored_at (ISO 8601 with an offset); and perhaps co_authors (a list of name and
    email_hash), insertions, deletions, files and file_types (suffix to number). Other columns are refused.
    """
    if len(data) > FILE_BYTES_MOST:
        raise HistoryUnreadable(_("The file is larger than 10 MB. Pack it with gzip, or bring it in parts."))
    commits: list[Commit] = []
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(_lines(data), start=1):
        if not line.strip():
            continue
        if len(commits) >= COMMITS_MOST:
            raise HistoryUnreadable(_("The file holds more than 100,000 commits. Bring it in parts."))
        try:
            commit = _commit(line)
            first = seen.setdefault(commit.sha, number)
            if first != number:
                raise _BadLine(_("the same commit stands in line %(line)s already.") % {"line": first})
            commits.append(commit)
        except _BadLine as error:
            wrong.append(_("Line %(line)s: %(what)s") % {"line": number, "what": error})
            if len(wrong) >= ERRORS_SHOWN:
                break
    if wrong:
        raise HistoryUnreadable(_("Nothing was taken, because some lines can't be read."), wrong)
    if not commits:
        raise HistoryUnreadable(_("The file is empty: there is not one commit in it."))
    return commits


def _lines(data: bytes) -> Iterator[bytes]:
    text = io.BytesIO(_unpacked(data) if data.startswith(_GZIP) else data)
    if text.getbuffer()[:3] == b"\xef\xbb\xbf":
        text.seek(3)
    while line := text.readline(LINE_BYTES_MOST + 1):
        yield line


def _unpacked(data: bytes) -> bytes:
    """The content of a gzip file, up to a bound: a few kilobytes can be packed to unpack to terabytes."""
    unpacked, rest = bytearray(), data
    try:
        while rest.startswith(_GZIP):
            unpacker = zlib.decompressobj(wbits=31)
            unpacked += unpacker.decompress(rest, UNPACKED_BYTES_MOST + 1 - len(unpacked))
            if len(unpacked) > UNPACKED_BYTES_MOST:
                raise HistoryUnreadable(_("The file unpacks to more than 64 MB. Bring it in parts."))
            if not unpacker.eof:
                raise HistoryUnreadable(_("The gzip file ends in the middle. Was the upload or download cut off?"))
            # A file made with `cat one.gz two.gz` is two gzip members; padding after the last one is common.
            rest = unpacker.unused_data
    except zlib.error as error:
        raise HistoryUnreadable(_("The gzip file is damaged and can't be unpacked.")) from error
    return bytes(unpacked)


def _commit(line: bytes) -> Commit:
    row = _row(line)
    if unknown := sorted(str(key) for key in row.keys() - _KNOWN):
        name = unknown[0][:40].encode("utf-8", "replace").decode()  # half a surrogate pair can't be shown either
        raise _BadLine(_("there is a column “%(name)s” that nobody here knows.") % {"name": name})
    if missing := [name for name in _NEEDED if name not in row]:
        raise _BadLine(_("the column “%(name)s” is missing.") % {"name": missing[0]})
    if not isinstance(row["sha"], str) or not _SHA.fullmatch(row["sha"]):
        raise _BadLine(_("“sha” must be the 40 or 64 hex digits of a commit."))
    if not isinstance(row["merge"], bool):
        raise _BadLine(_("“merge” must be true or false."))
    counts = {name: _count(row.get(name, 0), name) for name in _COUNTS}
    return Commit(
        sha=row["sha"],
        is_merge=row["merge"],
        author=_author(row["author"], row["email_hash"], "author"),
        authored_at=_moment(row["authored_at"]),
        co_authors=tuple(_co_authors(row.get("co_authors", []))),
        file_types=_file_types(row.get("file_types", {})),
        **counts,
    )


def _row(line: bytes) -> dict[str, Any]:
    if len(line) > LINE_BYTES_MOST:
        raise _BadLine(_("it is longer than 64 KB."))
    try:
        row = json.loads(line)
    except UnicodeDecodeError:
        raise _BadLine(_("it isn't UTF-8 text.")) from None
    except (ValueError, RecursionError):
        raise _BadLine(_("it isn't JSON. Each line is one object in braces.")) from None
    if not isinstance(row, dict):
        raise _BadLine(_("it isn't an object in braces."))
    return row


def _author(name: Any, digest: Any, column: str) -> Author:
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LENGTH_MOST:
        raise _BadLine(_("“%(column)s” must be a name of at most 200 characters.") % {"column": column})
    # A database holds neither zero characters nor half a surrogate pair; no name has them.
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise _BadLine(_("“%(column)s” has characters that are not text.") % {"column": column})
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        raise _BadLine(_("“email_hash” of “%(column)s” must be 16 hex digits.") % {"column": column})
    return Author(name, digest)


def _co_authors(rows: Any) -> Iterator[Author]:
    if not isinstance(rows, list) or len(rows) > 100:
        raise _BadLine(_("“co_authors” must be a list of at most 100 people."))
    for row in rows:
        if not isinstance(row, dict) or row.keys() != {"name", "email_hash"}:
            raise _BadLine(_("each of “co_authors” has a name and an email_hash, nothing else."))
        yield _author(row["name"], row["email_hash"], "co_authors")


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None:
            raise ValueError
        moment.astimezone(UTC)  # what no calendar of years 1 to 9999 holds fails here
    except (TypeError, ValueError, OverflowError):
        raise _BadLine(_("“authored_at” must be a time with its offset, like 2022-01-27T19:52:21+05:30.")) from None
    return moment


def _count(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _COUNT_MOST:
        raise _BadLine(_("“%(name)s” must be a whole number, zero or more.") % {"name": name})
    return value


def _file_types(value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise _BadLine(_("“file_types” must be an object of suffixes and numbers."))
    return {str(suffix): _count(number, "file_types") for suffix, number in value.items()}
