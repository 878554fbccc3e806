"""Finding documents by their words: what a mistyped word may have meant, then the best documents. Two statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from core.search.text import edits, words_of

QUERY_MOST = 200
WORDS_MOST = 8
#: Shorter words have too many neighbours, and too many words that begin like them.
MISTYPED_LEAST = 4
BEGUN_LEAST = 3
_ALIKE_LEAST = 6
_NEAR_MOST, _ALIKE_MOST = 40, 8
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

# Documents with every word go before others; others are looked at only where no document has every word.
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
    SELECT count(weight) FILTER (WHERE weight > 0) AS words_found, sum(weight) AS weight FROM (
        SELECT greatest(ts_rank(fit.words, q.exact::tsquery), 0.8 * ts_rank(fit.words, q.begun::tsquery),
            0.5 * ts_rank(fit.words, q.near::tsquery), 0.2 * ts_rank(fit.words, q.alike::tsquery)) AS weight
        FROM unnest(%(exact)s::text[], %(begun)s::text[], %(near)s::text[], %(alike)s::text[]) q (exact, begun, near, alike)
    ) each
) weighed
ORDER BY words_found DESC, weight DESC, object_id DESC LIMIT %(limit)s OFFSET %(start)s
"""


def search(text: str, kinds: Sequence[str], *, limit: int, start: int = 0) -> Search:
    """What is called, or says, nearly this. Two statements; none for a text without words."""
    words = list(dict.fromkeys(words_of(text[:QUERY_MOST])))[:WORDS_MOST]
    if not words:
        return Search((), [], False)
    sought = _understood(words)
    values: dict[str, Any] = {
        "every": " & ".join(_any_of(one) for one in sought),
        "some": " | ".join(_any_of(one) for one in sought),
        "exact": [_lexeme(one.word) for one in sought],
        "begun": [_begun(one.word) for one in sought],
        "near": [_or(one.near) for one in sought],
        "alike": [_or(one.alike) for one in sought],
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
    values: dict[str, Any] = {"words": asked, "near": _NEAR_MOST, "alike": _ALIKE_MOST, "alike_least": _ALIKE_LEAST}
    near: list[list[str]] = [[] for _word in words]
    alike: list[list[str]] = [[] for _word in words]
    with connection.cursor() as cursor:
        cursor.execute(_MEANT, values)
        for n, word in cursor.fetchall():
            (near if edits(words[n - 1], word) == 1 else alike)[n - 1].append(word)
    return tuple(Sought(word, tuple(near[n]), tuple(alike[n][:_ALIKE_MOST])) for n, word in enumerate(words))


# Words hold neither quotes nor backslashes: both stand between words (core/search/text.py).
def _lexeme(word: str) -> str:
    return f"'{word}'"


def _begun(word: str) -> str:
    return f"'{word}':*" if len(word) >= BEGUN_LEAST else _lexeme(word)


def _or(words: Sequence[str]) -> str:
    return " | ".join(map(_lexeme, words))


def _any_of(one: Sought) -> str:
    return f"({' | '.join([_begun(one.word), *map(_lexeme, (*one.near, *one.alike))])})"
