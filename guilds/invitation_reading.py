"""A list of people to invite, read out of what spreadsheets write: from bytes to rows, without a database.

Every row that can't be used keeps its line and a code that says why (`guilds.invitation_words` has the sentences). A file
that can't be read as a whole is refused with a code, before anything of it is kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.text import one_line, plain_words

FILE_BYTES_MOST = 4_000_000
ROWS_MOST = 20_000
EMAIL_LENGTH_MOST = 254
NAME_LENGTH_MOST = 80
#: What of a bad row is kept, so that its sender knows it again.
TYPED_LENGTH_MOST = 200

#: How a column may be called, in small letters without hyphens, spaces and underlines.
COLUMNS = {
    "email": ("email", "mail", "emailaddress", "address"),
    "name": ("name", "fullname"),
    "language": ("language", "lang"),
    "role": ("role", "roles"),
}
#: Codes that programs write otherwise.
OTHER_CODES = {"in": "id", "tl": "fil"}
_ORDER = ("email", "name", "language", "role")
_CALLED = {called: column for column, names in COLUMNS.items() for called in names}
_DELIMITERS = ",;\t"
#: As browsers check an address, but that it needs a dot behind the @.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
#: A name is greeted with in a mail of ours: it may not carry somebody's advertisement.
_LINKS = re.compile(r"://|www\.|@|\.\w{2,}/", re.IGNORECASE)


class FileRefused(ValueError):
    """The file as a whole can't be used: `code` says why, `facts` fill the sentence."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class ReadRow:
    """One row: usable when `why` is empty. `line` is where it begins, the first line being 1."""

    line: int
    email: str = ""
    name: str = ""
    language: str = ""
    roles: tuple[str, ...] = ()
    why: str = ""
    typed: str = ""


@dataclass(frozen=True)
class Known:
    """What rows may say: codes of languages, and kinds of help."""

    languages: Collection[str] = field(default_factory=frozenset)
    roles: Sequence[str] = ()


def read_people(data: bytes, known: Known) -> list[ReadRow]:
    """Every row of a file, in its order; the second one of an address is marked "doubled". Raises FileRefused."""
    if len(data) > FILE_BYTES_MOST:
        raise FileRefused("too_big", most=FILE_BYTES_MOST // 1_000_000)
    return read_lines(decoded(data), known)


def read_lines(text: str, known: Known) -> list[ReadRow]:
    """The same of text that was pasted. Raises FileRefused."""
    columns, records = _columns(_records(text))
    return _rows(columns, records, known)


def _rows(columns: list[str], records: Iterator[tuple[int, list[str]]], known: Known) -> list[ReadRow]:
    rows: list[ReadRow] = []
    seen: set[str] = set()
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == ROWS_MOST:
            raise FileRefused("too_many", most=ROWS_MOST)
        row = _row(line, cells, columns, known)
        if not row.why and row.email in seen:
            row = _bad(line, cells, "doubled")
        seen.add(row.email)
        rows.append(row)
    if not rows:
        raise FileRefused("empty")
    return rows


def read_items(items: Iterable[Mapping[str, str]], known: Known) -> list[ReadRow]:
    """The same of rows that a program sends, each by the names of its columns; the first is line 1. Raises FileRefused."""
    records = ((line, [item.get(name, "") for name in _ORDER]) for line, item in enumerate(items, 1))
    return _rows(list(_ORDER), records, known)


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8 with or without its mark, or UTF-16 as Excel writes it. Raises FileRefused."""
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise FileRefused("spreadsheet")
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = data.decode("utf-16")
        elif b"\x00" in data[:200]:
            text = data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused("not_text") from error
    if "\x00" in text:
        raise FileRefused("not_text")
    return text


def address_of(text: str) -> str:
    """The address as it is kept: small letters, nothing around it, nothing unseen in it, its domain as mail knows it."""
    email = plain_words(text).strip().removeprefix("mailto:").strip().lower()
    name, at, domain = email.rpartition("@")
    try:
        return email if domain.isascii() else f"{name}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return email


def is_address(email: str) -> bool:
    """Whether mail can be sent to it. Decides about shape alone."""
    is_short = len(email) <= EMAIL_LENGTH_MOST and len(email.partition("@")[0]) <= 64
    return is_short and bool(_ADDRESS.fullmatch(email))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each record. Raises FileRefused for a quote that nobody closed."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first, _end, rest = text.partition("\n")
    skipped = 0
    if named := re.fullmatch(r"sep=(.)", first.strip(' "')):  # a line for Excel, not a row
        delimiter, text, skipped = named[1], rest, 1
    else:
        head = first if first.strip() else text.lstrip("\n").partition("\n")[0]
        delimiter = max(_DELIMITERS, key=head.count)
    if delimiter not in _DELIMITERS:
        raise FileRefused("delimiter")
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileRefused("quotes", line=begins + skipped) from error
        if cells is None:
            return
        yield begins + skipped, cells
        begins = reader.line_num + 1


def _columns(records: Iterator[tuple[int, list[str]]]) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """What each column is, and the rows: named by the first line, or in their usual order when that is a row already."""
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if any("@" in cell for cell in cells):
            return list(_ORDER), _again(line, cells, records)
        called = [re.sub(r"[\s_-]", "", plain_words(cell).lower()) for cell in cells]
        while called and not called[-1]:
            called.pop()  # Excel writes a delimiter for every column that ever held something
        unknown = [one_line(cell, length=40) for cell, name in zip(cells, called, strict=False) if name not in _CALLED]
        if unknown:
            raise FileRefused("column", name=unknown[0] or "…")
        columns = [_CALLED[name] for name in called]
        if len(set(columns)) < len(columns):
            raise FileRefused("column_twice", name=next(name for name in columns if columns.count(name) > 1))
        if "email" not in columns:
            raise FileRefused("no_email")
        return columns, records
    raise FileRefused("empty")


def _again(line: int, cells: list[str], records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    yield line, cells
    yield from records


def _row(line: int, cells: list[str], columns: list[str], known: Known) -> ReadRow:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return _bad(line, cells, "too_many_cells")
    values = dict(zip(columns, cells, strict=False))
    email = address_of(values.get("email", ""))
    if not email:
        return _bad(line, cells, "no_address")
    if not is_address(email):
        return _bad(line, cells, "address")
    name = one_line(values.get("name", ""), length=10_000)
    if len(name) > NAME_LENGTH_MOST:
        return _bad(line, cells, "long_name")
    if _LINKS.search(name):
        return _bad(line, cells, "name_link")
    language = _language(values.get("language", ""), known)
    if language is None:
        return _bad(line, cells, "language")
    roles = [role for role in re.split(r"[\s,;/|+]+", plain_words(values.get("role", "")).lower()) if role]
    if not set(roles) <= set(known.roles):
        return _bad(line, cells, "role")
    return ReadRow(line, email, name, language, tuple(role for role in known.roles if role in roles))


def _language(text: str, known: Known) -> str | None:
    """The code of a language; empty for none, None for one that nobody here knows."""
    code = plain_words(text).strip().lower().replace("_", "-").partition("-")[0]
    code = OTHER_CODES.get(code, code)
    return code if not code or code in known.languages else None


def _bad(line: int, cells: Sequence[str], why: str) -> ReadRow:
    typed = one_line(", ".join(cell for cell in cells if cell.strip()), length=TYPED_LENGTH_MOST)
    return ReadRow(line, why=why, typed=typed)


def for_spreadsheet(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before whatever would begin one.

    >>> for_spreadsheet("=1+1")
    "'=1+1"
    """
    return f"'{cell}" if cell.lstrip(" \t\r\n")[:1] in ("=", "+", "-", "@") or cell[:1] in ("\t", "\r") else cell
