"""How words are written alike before they are compared, in every script: the same in Python and in the database.

`core/migrations/sql/0009_search.sql` does this to what is stored and asked; Python does it to what is shown, to mark the
words that were found. A test holds the two against each other, letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORD_MOST = 40

# Signs that people leave out, or that nobody sees: accents, vowel points, nuktas, joiners, tatweel, hamza by itself.
SIGNS = (
    r"\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0621\u0640"
    r"\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u1ab0-\u1aff\u1dc0-\u1dff"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
)
# What stands between words, wherever it comes from. Explicit, so that no database's locale has a say in it.
BETWEEN = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00ac\u00ae-\u00bf\u00d7\u00f7\u055a-\u055f\u0589\u05be\u05c0\u05c3"
    r"\u05c6\u05f3\u05f4\u0600-\u060f\u061b\u061d-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u06e9\u0964\u0965\u0970\u0df4\u0e2f"
    r"\u0e3f\u0e4f\u0e5a\u0e5b\u2000-\u200a\u2010-\u2029\u202f-\u205f\u2070-\u20cf\u2100-\u2bff\u2e00-\u2e7f\u3000-\u3004"
    r"\u3007-\u3020\u3030\u303d-\u303f\ue000-\uf8ff\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uff0f\ufff0-\uffff\U0001f000-\U0001faff"
)
_SIGN = re.compile(f"[{SIGNS}]")
_TOKEN = re.compile(f"[^{BETWEEN}]+")
# Letters that are one to a reader: Arabic script's yehs, kafs and hehs, candrabindu, Assamese ra, crossed and dotless
# Latin letters, the final sigma.
_ALIKE_FROM = (
    "\u0649\u064a\u0643\u0629\u0647\u06be\u06d5\u0671\u0901\u0981\u09f0\u0111\u0127\u0131\u0142\u00f8\u00f0\u03c2"
)
_ALIKE_TO = (
    "\u06cc\u06cc\u06a9\u06c1\u06c1\u06c1\u06c1\u0627\u0902\u0982\u09b0\u0064\u0068\u0069\u006c\u006f\u0064\u03c3"
)
_DIGIT_ZEROS = (0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50)
_ALIKE: dict[int, str] = {ord(one): other for one, other in zip(_ALIKE_FROM, _ALIKE_TO, strict=True)}
_ALIKE |= {zero + digit: str(digit) for zero in _DIGIT_ZEROS for digit in range(10)}
_ALIKE |= {ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe"}


def normal(text: str) -> str:
    """A text as it is compared.

    >>> normal("Straße"), normal("क़लम") == normal("कलम"), normal("كتابي") == normal("کتابی")
    ('strasse', True, True)
    """
    return _SIGN.sub("", unicodedata.normalize("NFKD", text).lower()).translate(_ALIKE)


def words_of(text: str) -> list[str]:
    """Its words, in their order, as they are compared.

    >>> words_of("Where is the water? গ্রামে পানি নাই।")
    ['where', 'is', 'the', 'water', 'গ্রামে', 'পানি', 'নাই']
    """
    return [word[:WORD_MOST] for word in _TOKEN.findall(normal(text))]


def tokens(text: str) -> list[tuple[int, int, str]]:
    """Where each word of a text begins and ends, and how it is compared. Joiners and signs are part of a word."""
    return [(found.start(), found.end(), _normal_word(found.group())) for found in _TOKEN.finditer(text)]


@lru_cache(maxsize=4096)
def _normal_word(word: str) -> str:
    return normal(word)[:WORD_MOST]


def edits(one: str, other: str) -> int:
    """How many letters were missed, added, changed or swapped between two words (two at most count: 2 is "two or more").

    >>> edits("water", "watre"), edits("water", "wter"), edits("water", "winter")
    (1, 1, 2)
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 1:
        return 2
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return 1 if a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:]) else 2
    return 1 if a[1:] == b or a == b[1:] else 2
