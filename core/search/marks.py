"""Showing what was found: which words of a text to mark, and the piece of a long text that says most of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from core.search.find import BEGUN_LEAST, Sought
from core.search.text import tokens

EXCERPT = 180


class Part(NamedTuple):
    """A piece of a text, and whether it is a word that was found."""

    text: str
    is_mark: bool


def marked(text: str, sought: Sequence[Sought]) -> list[Part]:
    """A whole text in pieces, the found words marked."""
    return _cut(text, _hits(text, sought), 0, len(text))


def excerpt(text: str, sought: Sequence[Sought], *, length: int = EXCERPT) -> list[Part]:
    """The piece of a text with most of the words that were found, or its beginning. It begins and ends between words."""
    text = " ".join(text.split())
    hits = _hits(text, sought)
    if len(text) <= length:
        return _cut(text, hits, 0, len(text))
    best = max((hit.start for hit in hits), key=lambda start: _found_from(hits, start, length), default=0)
    start = _word_begins(text, max(0, min(best - length // 4, len(text) - length)))
    end = _word_ends(text, start + length)
    parts = _cut(text, [hit for hit in hits if start <= hit.start and hit.end <= end], start, end)
    before = [Part("… ", False)] if start else []
    return [*before, *parts, *([Part(" …", False)] if end < len(text) else [])]


class _Hit(NamedTuple):
    start: int
    end: int
    which: int


def _hits(text: str, sought: Sequence[Sought]) -> list[_Hit]:
    """Where the words stand, and which of the sought each is."""
    meant = {word: n for n, one in enumerate(sought) for word in (*one.alike, *one.near, one.word)}
    begun = [(one.word, n) for n, one in enumerate(sought) if len(one.word) >= BEGUN_LEAST]
    found = []
    for start, end, word in tokens(text):
        which = meant.get(word)
        if which is None:
            which = next((n for beginning, n in begun if word.startswith(beginning)), None)
        if which is not None:
            found.append(_Hit(start, end, which))
    return found


def _found_from(hits: Sequence[_Hit], start: int, length: int) -> tuple[int, int]:
    near = [hit.which for hit in hits if start <= hit.start < start + length * 3 // 4]
    return len(set(near)), len(near)


def _word_begins(text: str, place: int) -> int:
    """Where the next word begins, unless none does for a long while."""
    found = re.compile(r"\s").search(text, place, place + 40) if place else None
    return found.end() if found else place


def _word_ends(text: str, place: int) -> int:
    found = text.rfind(" ", place - 40, place) if place < len(text) else -1
    return found if found > 0 else min(place, len(text))


def _cut(text: str, hits: Sequence[_Hit], start: int, end: int) -> list[Part]:
    parts = []
    at = start
    for hit in hits:
        parts += [Part(text[at : hit.start], False), Part(text[hit.start : hit.end], True)]
        at = hit.end
    parts.append(Part(text[at:end], False))
    return [part for part in parts if part.text]
