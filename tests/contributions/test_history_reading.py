"""Reading a history file: the real one, damaged ones and hostile ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contributions.history import reading
from contributions.history.reading import HistoryUnreadable, read_history_file

SHOONYA = Path(__file__).parents[2] / "guildhub/demo/data/shoonya-history.jsonl.gz"


def row(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "sha": f"{number:040x}",
        "merge": False,
        "author": "Asha",
        "email_hash": "0123456789abcdef",
        "authored_at": "2024-05-06T09:00:00+05:30",
        **fields,
    }


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in rows)


def wrong(data: bytes) -> list[str]:
    with pytest.raises(HistoryUnreadable) as caught:
        read_history_file(data)
    return caught.value.lines or [caught.value.message]


def test_the_real_history_is_read_whole() -> None:
    commits = read_history_file(SHOONYA.read_bytes())
    assert (len(commits), sum(c.is_merge for c in commits)) == (3279, 1267)
    assert [c.author.name for c in commits if not c.is_merge and c.author.is_bot] == ["dependabot[bot]"]
    assert sum(bool(c.co_authors) for c in commits) == 6


def test_plain_packed_and_joined_files_say_the_same() -> None:
    one, two = lines(row(1)), lines(row(2, co_authors=[{"name": "Bo", "email_hash": "f" * 16}]))
    plain = read_history_file(b"\xef\xbb\xbf" + one + b"\n" + two)
    assert [c.sha[-1] for c in plain] == ["1", "2"]
    assert (
        plain
        == read_history_file(gzip.compress(one + two))
        == read_history_file(gzip.compress(one) + gzip.compress(two))
    )
    assert plain[1].co_authors[0].name == "Bo"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"{nonsense\n", "Line 2: it isn't JSON"),
        (b"[1, 2]\n", "Line 2: it isn't an object"),
        (b"\xff\xfe\n", "Line 2: it isn't"),
        (b"[" * 50_000 + b"\n", "Line 2: it isn't JSON"),
        (b'{"a": "' + b"x" * 70_000 + b'"}\n', "Line 2: it is longer than 64 KB"),
        (lines(row(2, email="asha@example.org")), "Line 2: there is a column “email” that nobody here knows"),
        (lines({k: v for k, v in row(2).items() if k != "merge"}), "Line 2: the column “merge” is missing"),
        (lines(row(1)), "Line 2: the same commit stands in line 1 already"),
        (lines(row(2, sha="abc")), "Line 2: “sha” must be"),
        (lines(row(2, sha=["a"])), "Line 2: “sha” must be"),
        (lines(row(2, merge="no")), "Line 2: “merge” must be"),
        (lines(row(2, author="  ")), "Line 2: “author” must be a name"),
        (lines(row(2, author="x" * 201)), "Line 2: “author” must be a name"),
        (lines(row(2, author="a\0b")), "Line 2: “author” has characters that are not text"),
        (lines(row(2, author="\ud800")), "Line 2: “author” has characters that are not text"),
        (lines(row(2, email_hash="asha@example.org")), "Line 2: “email_hash” of “author”"),
        (
            lines(row(2, authored_at="2024-05-06T09:00:00")),
            "Line 2: “authored_at” must be a time with its offset",
        ),
        (lines(row(2, authored_at=7)), "Line 2: “authored_at” must be"),
        (lines(row(2, authored_at="0001-01-01T00:00:00+14:00")), "Line 2: “authored_at” must be"),
        (lines(row(2, files=-1)), "Line 2: “files” must be a whole number"),
        (lines(row(2, files=True)), "Line 2: “files” must be a whole number"),
        (lines(row(2, insertions=2**40)), "Line 2: “insertions” must be a whole number"),
        (lines(row(2, file_types=["py"])), "Line 2: “file_types” must be an object"),
        (lines(row(2, co_authors=[{"name": "Bo", "email": "bo@x"}])), "Line 2: each of “co_authors”"),
        (lines(row(2, co_authors=["Bo"])), "Line 2: each of “co_authors”"),
        (lines(row(2, co_authors="Bo")), "Line 2: “co_authors” must be a list"),
    ],
)
def test_a_bad_line_is_told_with_its_number(bad: bytes, words: str) -> None:
    (said,) = wrong(lines(row(1)) + bad)[:1]
    assert said.startswith(words)


def test_at_most_twenty_lines_are_told() -> None:
    assert len(wrong(b"{}\n" * 500)) == 20


@pytest.mark.parametrize("data", [b"", b"\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert "empty" in wrong(data)[0]


def test_a_damaged_or_cut_archive_is_refused() -> None:
    packed = gzip.compress(lines(row(1)))
    assert "in the middle" in wrong(packed[:-9])[0]
    assert "damaged" in wrong(packed[:12] + b"\xff\xff\xff" + packed[15:])[0]


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b"\n" * (reading.UNPACKED_BYTES_MOST + 1))
    assert len(bomb) < 100_000
    assert "64 MB" in wrong(bomb)[0]
    half = gzip.compress(b"\n" * (reading.UNPACKED_BYTES_MOST // 2 + 1))
    assert "64 MB" in wrong(half + half)[0], "the bound holds for all parts together"


def test_too_large_a_file_and_too_many_commits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "10 MB" in wrong(b"x" * (reading.FILE_BYTES_MOST + 1))[0]
    monkeypatch.setattr(reading, "COMMITS_MOST", 2)
    assert "100,000" in wrong(lines(row(1), row(2), row(3)))[0]


@given(st.binary(max_size=300))
def test_whatever_arrives_is_read_or_refused_in_words(data: bytes) -> None:
    for tried in (data, gzip.compress(data), b"\x1f\x8b" + data):
        try:
            read_history_file(tried)
        except HistoryUnreadable as refusal:
            assert refusal.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
        max_leaves=5,
    ),
    st.sampled_from(sorted(row(1) | {"co_authors": 0, "files": 0, "file_types": 0})),
)
def test_whatever_stands_in_a_column_is_read_or_refused_in_words(value: Any, column: str) -> None:
    try:
        (commit,) = read_history_file(lines(row(1, **{column: value})))
    except HistoryUnreadable as refusal:
        assert refusal.lines[0].startswith("Line 1: ")
    else:
        commit.author.name.encode()
