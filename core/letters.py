"""Every mail of the house as a letter: parts in plain words, put into text and HTML by one pair of templates.

A letter holds words, never markup, so nothing typed by anybody can become any. The text and the HTML say the same,
because both are made from the same parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.text import one_line, plain_words

Kind = Literal["heading", "title", "words", "code", "lines", "button", "link"]
#: No subject is longer; phones show half of it.
SUBJECT_MOST = 120
_ADDRESS_ALONE = re.compile(r"^https?://\S+$")


@dataclass(frozen=True)
class Line:
    """One line of a list: words, where they lead (empty: nowhere), and what stands softly behind them."""

    words: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Part:
    """One piece of a letter. `url` belongs to a button or a link, `lines` to a list."""

    kind: Kind
    words: str = ""
    url: str = ""
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Letter:
    """A mail before it is put into text and HTML. `foot` says why somebody gets it and how to change that."""

    subject: str
    parts: Sequence[Part]
    foot: Sequence[Part] = ()


@dataclass(frozen=True)
class Written:
    """A letter in both shapes, in the language that was active."""

    subject: str
    text: str
    html: str


def in_full(path: str) -> str:
    """A path as an address that works from a mail."""
    return path if urlsplit(path).scheme else settings.SITE_URL + path


@contextmanager
def read_by(language: str, zone: str) -> Iterator[None]:
    """Speak a person's language and tell their time; a language that isn't offered and a zone nobody knows are the hub's."""
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(known), timezone.override(zone_of(zone)):
        yield


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name, the hub's when there is none of that name."""
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (KeyError, OSError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


def write(letter: Letter) -> Written:
    """The letter in the active language, as text and as HTML."""
    context = {
        "letter": letter,
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "site": settings.SITE_URL,
        "site_name": urlsplit(settings.SITE_URL).netloc or settings.SITE_URL,
    }
    text = plain_words(render_to_string("mail/letter.txt", context))
    return Written(
        one_line(letter.subject, length=SUBJECT_MOST),
        re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        plain_words(render_to_string("mail/letter.html", context)),
    )


def message_of(
    letter: Letter, *, to: str, message_id: str = "", headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """The letter as a mail to one address, in the active language."""
    written = write(letter)
    held = {"Auto-Submitted": "auto-generated", **(headers or {})}
    if message_id:
        held["Message-ID"] = message_id
    message = EmailMultiAlternatives(written.subject, written.text, to=[to], headers=held)
    message.attach_alternative(written.html, "text/html")
    return message


def letter_of_text(subject: str, text: str, *, codes: Iterable[str] = ()) -> Letter:
    """A letter from a mail that was written as plain text, as allauth's are.

    Paragraphs are parted by empty lines. One that is an address becomes a link, one that is a code is set apart, lines
    that begin with a hyphen are a list, and what follows the signature's two hyphens goes.
    """
    known = {code for code in codes if code}
    body = re.split(r"\n-- ?(?:\n|$)", text.replace("\r\n", "\n"))[0]
    pieces = [piece.strip() for piece in re.split(r"\n\s*\n", body)]
    return Letter(subject, tuple(_part(piece, known) for piece in pieces if piece))


def _part(piece: str, codes: set[str]) -> Part:
    if piece in codes:
        return Part("code", piece)
    if _ADDRESS_ALONE.match(piece):
        return Part("link", "", piece)
    lines = piece.splitlines()
    if all(line.lstrip().startswith("- ") for line in lines):
        return Part("lines", lines=tuple(Line(line.strip()[2:]) for line in lines))
    return Part("words", piece)
