"""What spreadsheets write, and what people type: read as meant, or refused with a reason at its line."""

from __future__ import annotations

import pytest

from guilds.invitation_reading import (
    FILE_BYTES_MOST,
    ROWS_MOST,
    FileRefused,
    Known,
    ReadRow,
    for_spreadsheet,
    read_lines,
    read_people,
)

KNOWN = Known(frozenset({"en", "hi", "id", "ur"}), ("code", "data", "field"))
TABLE = 'E-Mail,Name,Language,Role\r\nAsha@Example.org,"Devi, Asha",hi,field code\r\n\r\nben@example.org,,,\r\n'
ASHA = ReadRow(2, "asha@example.org", "Devi, Asha", "hi", ("code", "field"))
BEN = ReadRow(4, "ben@example.org")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_whatever_a_spreadsheet_writes_is_the_same_list(encoding: str, delimiter: str, end: str) -> None:
    cells = (
        TABLE.replace("\r\n", end).replace('"Devi, Asha"', "@@").replace(",", delimiter).replace("@@", '"Devi, Asha"')
    )
    assert read_people(cells.encode(encoding), KNOWN) == [ASHA, BEN]


def test_a_list_without_a_first_line_of_names_is_read_in_the_usual_order() -> None:
    rows = read_lines("asha@example.org\n  ben@example.org , Ben\n", KNOWN)
    assert [(row.email, row.name) for row in rows] == [("asha@example.org", ""), ("ben@example.org", "Ben")]


def test_excels_line_about_the_delimiter_counts_as_a_line() -> None:
    assert read_lines("sep=;\nemail;name\nasha@example.org;Asha\n", KNOWN) == [ReadRow(3, "asha@example.org", "Asha")]


def test_a_row_in_two_lines_moves_no_number() -> None:
    rows = read_lines('email,name\na@example.org,"Asha\nDevi"\nnobody\n', KNOWN)
    assert [(row.line, row.name, row.why) for row in rows] == [(2, "Asha Devi", ""), (4, "", "address")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("", None),
        (",Asha", "no_address"),
        ("asha.example.org,Asha", "address"),
        ("asha@example,Asha", "address"),
        ("asha@@example.org", "address"),
        (f"{'a' * 65}@example.org", "address"),
        (f"a@{'b' * 260}.org", "address"),
        ("a@example.org\\nBcc: b@example.org".replace("\\n", "\x0b"), "address"),
        (f"asha@example.org,{'a' * 81}", "long_name"),
        ("asha@example.org,Win at https://evil.example", "name_link"),
        ("asha@example.org,www.evil.example", "name_link"),
        ("asha@example.org,Asha,xx", "language"),
        ("asha@example.org,Asha,hi,king", "role"),
        ("asha@example.org,Asha,hi,code,more", "too_many_cells"),
        ("asha@example.org,Asha,hi-IN,code|data", ""),
        ("asha@example.org,Asha,in,code|data", ""),
        ("आशा@example.org", "address"),
        ("asha@डाकघर.भारत", ""),
    ],
)
def test_each_bad_row_says_why_and_no_other(row: str, why: str | None) -> None:
    rows = read_lines(f"email,name,language,role\n{row}\nlast@example.org\n", KNOWN)
    assert [found.why for found in rows] == ([why, ""] if why is not None else [""])


def test_the_second_of_an_address_is_doubled_however_it_is_spelled() -> None:
    rows = read_lines("asha@example.org\nASHA@example.org \nmailto:asha@example.org\n", KNOWN)
    assert [row.why for row in rows] == ["", "doubled", "doubled"]
    assert rows[1].typed == "ASHA@example.org"
    assert rows[1].email == ""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"email,name\n", "empty"),
        (b"name\nAsha\n", "no_email"),
        (b"email,phone\na@example.org,1\n", "column"),
        (b"email,mail\na@example.org,b@example.org\n", "column_twice"),
        (b'email,name\na@example.org,"Asha\nb@example.org,Ben\n', "quotes"),
        (b"PK\x03\x04rest", "spreadsheet"),
        ("email\nasé@example.org\n".encode("latin-1"), "not_text"),
        (b"email\na@example.org\n" + b"x" * 300 + b"\x00\n", "not_text"),
        (b"sep=|\nemail|name\n", "delimiter"),
        (b"a" * (FILE_BYTES_MOST + 1), "too_big"),
        (b"a@example.org\n" * (ROWS_MOST + 1), "too_many"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_people(data, KNOWN)
    assert refused.value.code == code


@pytest.mark.parametrize("cell", ["=cmd|'/C calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])
def test_a_downloaded_cell_is_no_formula(cell: str) -> None:
    assert for_spreadsheet(cell) == f"'{cell}"
    assert for_spreadsheet("asha@example.org") == "asha@example.org"
