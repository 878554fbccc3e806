"""Parts of pages that are a function of a few plain values: rendered once for each set of values and language, and kept.

A card of the list of problems says the same to whoever reads it until one of its values changes. What is kept is found by
exactly the values it was rendered from, so nothing has to be thrown away when a row changes: other values, another piece.
A piece sees no request and no reader, and takes nothing that looks different elsewhere or later (dates, rows of the
database, markup). Turned down: fragments kept for a time or thrown away by name; one of the two is forgotten one day.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.template import Context, Engine
from django.utils.safestring import SafeString
from django.utils.translation import get_language

#: Characters of all pieces that one process keeps, and of the largest one that is kept at all: an address holds what anybody
#: typed. When it is full it is emptied: a list's cards are back with the next request.
KEPT_MOST = 16_000_000
LARGEST_KEPT = 30_000
#: Stands for a name in a piece that is kept without it: Unicode's "an object belongs here", which no name holds.
NAME = "\ufffc"
_PLAIN = (str, int, bool, UUID, type(None))


_kept: dict[tuple[Any, ...], SafeString] = {}
_size = 0


def piece(engine: Engine, template: str, names: tuple[str, ...], values: tuple[Any, ...]) -> SafeString:
    """The template with these values alone: text, whole numbers, UUIDs, and (named) tuples of them. Raises TypeError."""
    key = (engine, template, names, values, get_language())
    return _kept.get(key) or _make(key)


def piece_of(template: str, **values: Any) -> SafeString:
    """The same from Python: what an app shows in a place on another's page."""
    return piece(Engine.get_default(), template, tuple(values), tuple(values.values()))


def pieces(engine: Engine, template: str, name: str, rows: Iterable[Any]) -> SafeString:
    """The template once for each row, each as `name`."""
    names, language = (name,), get_language()
    found = []
    for row in rows:
        key = (engine, template, names, (row,), language)
        found.append(_kept.get(key) or _make(key))
    return SafeString("".join(found))


def forget_pieces() -> None:
    """Keep nothing any more."""
    global _size
    _kept.clear()
    _size = 0


def _make(key: tuple[Any, ...]) -> SafeString:
    """Render a piece and keep it. Two threads that make the same one count it twice, which only empties it sooner."""
    global _size
    engine, template, names, values, _language = key
    for value in values:
        _check(value, template)
    made: SafeString = engine.get_template(template).render(Context(dict(zip(names, values, strict=True))))
    size = len(made) + 500  # and its values
    if engine.debug or size > LARGEST_KEPT:  # a developer who changes the template wants to see it
        return made
    if _size + size > KEPT_MOST:
        forget_pieces()
    _size += size
    _kept[key] = made
    return made


def _check(value: Any, template: str) -> None:
    """Markup equals the text it is made of, and 1.0 equals 1: of values that can be mistaken none is kept."""
    if isinstance(value, tuple):
        for part in value:
            _check(part, template)
    elif value.__class__ not in _PLAIN:
        raise TypeError(f"{template} is a piece, which takes no {type(value).__name__}.")
