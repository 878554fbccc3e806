"""Plain text as it may be shown: without the invisible characters that turn lines round or hide letters."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal

#: Embeddings and overrides of direction and their ends, isolates, and the marks that are in no script. Joiners (U+200C,
#: U+200D) and the marks of direction (U+200E, U+200F, U+061C) stay: Hindi, Urdu and Persian are written with them.
_INVISIBLE = "\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\ufeff\u00ad\u180e\ufff9-\ufffb\U000e0000-\U000e007f"
#: Control characters but for tab and line ends; NUL among them, which no database holds.
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_UNSEEN = re.compile(f"[{_INVISIBLE}{_CONTROLS}\ud800-\udfff]")


def plain_words(text: str) -> str:
    """The text without invisible and control characters; what a reader sees of it stays as it is.

    Keeps tabs and line ends. Half a surrogate pair, which no UTF-8 holds, goes as well.
    """
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub("", text)


def one_line(text: str, *, length: int = 200) -> str:
    """Text for a place that holds one line (a subject, a title, a file's name): one line, not too long, nothing unseen."""
    words = " ".join(plain_words(text).split())
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def words_mark(words: Mapping[str, object]) -> str:
    """A short mark of some fields' values: it changes when one of them does, however it was typed.

    >>> words_mark({"title": "Flood", "place": "a"}) == words_mark({"place": "a", "title": "Flood"})
    True
    >>> words_mark({"latitude": Decimal("26.90")}) == words_mark({"latitude": Decimal("26.90000")})
    True
    """
    plain = {name: _plain(value) for name, value in words.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:20]


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
