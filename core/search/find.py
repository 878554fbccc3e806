"""Finding documents by their words: what a mistyped word may have meant, then the best documents. Two statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from core.search.text import edits, words_of

QUERY_MOST = 200
WORDS_MOST = 8
#: Shorter words have too many neighbours, and too many words that begin like them. Three may be four with one missed.
MISTYPED_LEAST = 3
BEGUN_LEAST = 3
_ALIKE_LEAST = 6
_LOOKED_AT, _NEAR_MOST, _ALIKE_MOST = 400, 100, 8
#: How many documents are weighed at most. A search that fits more is about too common a word to be weighed well anyway.
_WEIGHED_MOST = 3000


class Sought(NamedTuple):
    """One word of a search: itself, words one edit away from it, and words that only look like it."""

    word: str
    near: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


class Found(NamedTuple):
    """One document: what it is of, and whether it has every word of the search."""

    kind: str
    object_id: UUID
    has_all: bool


class Search(NamedTuple):
    """What was looked for, as it was understood, and one page of what was found, the best first."""

    sought: tuple[Sought, ...]
    found: list[Found]
    has_next: bool


# Two words one edit apart share a key of `near`; so do some that are two apart, which are told apart below. What only
# resembles is found by its trigrams: longer words with two edits, or with another ending.
_MEANT = """
SELECT asked.n, meant.word FROM unnest(%(words)s::text[]) WITH ORDINALITY asked (word, n)
CROSS JOIN LATERAL (
    (SELECT k.word FROM core_searchword k
    WHERE k.near && core_search_near(asked.word) AND k.word <> asked.word
    ORDER BY similarity(k.word, asked.word) DESC, k.word LIMIT %(near)s)
    UNION
    (SELECT k.word FROM core_searchword k
    WHERE length(asked.word) >= %(alike_least)s AND k.word %% asked.word AND k.word <> asked.word
        AND similarity(k.word, asked.word) >= 0.4
    ORDER BY similarity(k.word, asked.word) DESC, k.word LIMIT %(alike)s)
) meant ORDER BY asked.n, similarity(meant.word, asked.word) DESC, meant.word
"""

# Documents with every word go before others; others are looked at only where no document has every word. What a word of the
# search counts is its best fit: how nearly it is written (exact, begun, near, alike) times where it stands (A, B, C).
_BEST = """
WITH every AS (
    SELECT object_id, kind, words, true AS has_all FROM core_searchdocument
    WHERE words @@ %(every)s::tsquery AND kind = ANY(%(kinds)s) LIMIT %(weighed)s
), fit AS (
    SELECT * FROM every UNION ALL (
        SELECT object_id, kind, words, false FROM core_searchdocument
        WHERE NOT EXISTS (SELECT FROM every) AND words @@ %(some)s::tsquery AND kind = ANY(%(kinds)s) LIMIT %(weighed)s)
)
SELECT kind, object_id, has_all FROM fit CROSS JOIN LATERAL (
    SELECT count(*) AS words_found, sum(weight) AS weight FROM (
        SELECT n, max(weight) AS weight FROM unnest(%(ns)s::int[], %(weights)s::float[], %(fits)s::tsquery[]) q (n, weight, fits)
        WHERE fit.words @@ q.fits GROUP BY n
    ) each
) weighed
ORDER BY words_found DESC, weight DESC, array_position(%(kinds)s, kind::text), object_id DESC LIMIT %(limit)s OFFSET %(start)s
"""
_WRITTEN = {"exact": 1.0, "begun": 0.8, "near": 0.6, "alike": 0.2}
_STANDS = {"A": 1.0, "B": 0.9, "C": 0.3}


def search(text: str, kinds: Sequence[str], *, limit: int, start: int = 0) -> Search:
    """What is called, or says, nearly this, kinds named earlier before others that fit as well.

    Two statements; none for a text without words.
    """
    words = list(dict.fromkeys(words_of(text[:QUERY_MOST])))[:WORDS_MOST]
    if not words:
        return Search((), [], False)
    sought = _understood(words)
    rungs = [(n, weight, fits) for n, one in enumerate(sought) for weight, fits in _rungs(one)]
    values: dict[str, Any] = {
        "every": " & ".join(_any_of(one) for one in sought),
        "some": " | ".join(_any_of(one) for one in sought),
        "ns": [n for n, _weight, _fits in rungs],
        "weights": [weight for _n, weight, _fits in rungs],
        "fits": [fits for _n, _weight, fits in rungs],
        "kinds": list(kinds),
        "weighed": _WEIGHED_MOST,
        "limit": limit + 1,
        "start": start,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEST, values)
        found = [Found(*row) for row in cursor.fetchall()]
    return Search(sought, found[:limit], len(found) > limit)


def _understood(words: Sequence[str]) -> tuple[Sought, ...]:
    """The words, each with those it may have been meant as. One statement."""
    asked = [word if len(word) >= MISTYPED_LEAST and not any(map(str.isdigit, word)) else "" for word in words]
    values: dict[str, Any] = {"words": asked, "near": _LOOKED_AT, "alike": _ALIKE_MOST, "alike_least": _ALIKE_LEAST}
    near: list[list[str]] = [[] for _word in words]
    alike: list[list[str]] = [[] for _word in words]
    with connection.cursor() as cursor:
        cursor.execute(_MEANT, values)
        for n, word in cursor.fetchall():
            (near if edits(words[n - 1], word) == 1 else alike)[n - 1].append(word)
    return tuple(
        Sought(word, tuple(near[n][:_NEAR_MOST]), tuple(alike[n][:_ALIKE_MOST])) for n, word in enumerate(words)
    )


def _rungs(one: Sought) -> Iterator[tuple[float, str]]:
    """Every way in which a document may have this word, as a query, and how much that counts."""
    ways = {"exact": [one.word], "begun": [one.word], "near": one.near, "alike": one.alike}
    for way, words in ways.items():
        for place, weight in _STANDS.items():
            label = f"*{place}" if way == "begun" else place
            if words and not (way == "begun" and len(one.word) < BEGUN_LEAST):
                yield _WRITTEN[way] * weight, " | ".join(_lexeme(word, label) for word in words)


def _any_of(one: Sought) -> str:
    begun = _lexeme(one.word, "*" if len(one.word) >= BEGUN_LEAST else "")
    return f"({' | '.join([begun, *map(_lexeme, (*one.near, *one.alike))])})"


def _lexeme(word: str, label: str = "") -> str:
    """Words hold neither quotes nor backslashes: both stand between words (core/search/text.py)."""
    return f"'{word}':{label}" if label else f"'{word}'"
