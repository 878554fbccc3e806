"""Words are written alike in Python and in the database, letter by letter, in every script that a language here uses."""

from __future__ import annotations

import doctest
import sys
import unicodedata
from pathlib import Path

import pytest
from django.db import connection

from core.search import text as rules
from core.search.text import BETWEEN, SIGNS, edits, normal, tokens, words_of

SQL = Path(rules.__file__).parents[1] / "migrations" / "sql" / "0009_search.sql"


def test_the_examples_hold() -> None:
    assert doctest.testmod(rules).failed == 0


def test_the_database_knows_the_same_signs_and_gaps() -> None:
    written = SQL.read_text(encoding="utf-8")
    assert f"'[{SIGNS}]'" in written
    assert f"'[{BETWEEN}]+'" in written


@pytest.mark.django_db
def test_every_letter_is_written_alike_in_both() -> None:
    """Letters that Unicode added lately may have small forms in one of the two and not in the other: outside our scripts."""
    ours = [
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co") and _is_ours(code)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter, core_search_normal(letter) FROM unnest(%s::text[]) letter", [ours])
        differing = {letter: (normal(letter), other) for letter, other in cursor.fetchall() if normal(letter) != other}
        cursor.execute("SELECT core_search_words(string_agg(letter, 'x')) FROM unnest(%s::text[]) letter", [ours])
        (words,) = cursor.fetchone()
    assert differing == {}
    assert [word[:40] for word in words] == words_of("x".join(ours))


def _is_ours(code: int) -> bool:
    """Latin, Greek, Cyrillic, Hebrew, Arabic, the scripts of India, and signs; capitals of rare scripts left out."""
    return code < 0x10A0 or 0x1E00 <= code < 0x2C00 or 0x3000 <= code < 0x3040 or 0xFB00 <= code < 0xFF70


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Größe", "GRÖSSE"),
        ("trường", "truong"),
        ("Đồng", "dong"),
        ("ZIRAAT ı", "ziraat i"),
        ("كتابي", "کتابی"),
        ("مُدَرِّسَة", "مدرسہ"),
        ("آب", "اب"),
        ("پانـــی", "پانی"),
        ("क़लम", "कलम"),
        ("हाँ", "हां"),
        ("र\u200dि", "रि"),
        ("১২৩ ٤٥ ۶७", "123 45 67"),
        ("ৰাস্তা", "রাস্তা"),
        ("ড়", "ড"),
        ("ﬁsh", "fish"),
        ("Ｆｌｏｏｄ", "flood"),
    ],
)
def test_what_readers_take_for_the_same_is_compared_as_the_same(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_what_is_different_stays_different() -> None:
    pairs = [("পানি", "পানী"), ("کام", "کان"), ("कल", "काल"), ("boat", "boot"), ("जल", "ज्वल")]
    assert [pair for pair in pairs if normal(pair[0]) == normal(pair[1])] == []


def test_words_are_parted_by_the_marks_of_every_script() -> None:
    assert words_of("one,two।three؟four۔five—six…seven\\eight'nine(ten)🌊eleven") == (
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
    )
    assert words_of(" ،؛।॥ … 🌊 ") == []


def test_places_of_words_are_those_of_the_text_as_it_stands() -> None:
    text = "Die Straße, क़लम und كتابي!"
    assert [(text[start:end], word) for start, end, word in tokens(text)] == [
        ("Die", "die"),
        ("Straße", "strasse"),
        ("क़लम", "कलम"),
        ("und", "und"),
        ("كتابي", "کتابی"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("water", "water", 0),
        ("water", "wate", 1),
        ("water", "waters", 1),
        ("water", "qater", 1),
        ("water", "wated", 1),
        ("water", "wtaer", 1),
        ("water", "watre", 1),
        ("water", "retaw", 2),
        ("water", "wa", 2),
        ("ab", "ba", 1),
        ("abcd", "badc", 2),
        ("aab", "aba", 1),
        ("पानी", "पनी", 1),
    ],
)
def test_edits_are_counted(one: str, other: str, count: int) -> None:
    assert edits(one, other) == edits(other, one) == count
