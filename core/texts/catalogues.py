"""A language's catalogue, `locale/<code>/LC_MESSAGES/django.po`: read, merged with the texts there are, written, compiled."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.texts.collect import ROOT, Key, Text

LOCALE = ROOT / "locale"
#: Languages with a catalogue, and how many forms a text has that counts something. English is what the program says.
FORMS = {"id": 1, "hi": 2, "bn": 2, "ur": 2, "ne": 2, "vi": 1, "sw": 2}
_PLURAL = {1: "nplurals=1; plural=0;", 2: "nplurals=2; plural=(n != 1);"}
#: How alike two texts are for the translation of one to be worth a look at the other.
_ALIKE = 0.8


def path_of(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue as it is; an empty one where there is none yet."""
    path = path_of(language)
    if not path.is_file():
        return parse(head(language), language)
    return parse(path.read_bytes(), language)


def parse(content: bytes, language: str) -> Catalog:
    """A catalogue out of a file's bytes."""
    return read_po(BytesIO(content), locale=language, abort_invalid=True)


def forms_of(message: Message) -> tuple[str, ...]:
    """What a message says in the language: one text, or one for each plural form; empty ones are not translated."""
    said = message.string
    return tuple(said) if isinstance(said, list | tuple) else (said or "",)


def is_translated(message: Message) -> bool:
    """Whether a reader gets to see it."""
    return bool(message.id) and not message.fuzzy and all(forms_of(message))


def key_of(message: Message) -> Key:
    """What it is found by."""
    return Key(message.context, message.id if isinstance(message.id, str) else message.id[0])


def merged(language: str, texts: Iterable[Text]) -> bytes:
    """The catalogue's file for the texts there are now.

    A text that is new takes the translation of one that is gone when the two are much alike, marked as fuzzy: nobody gets
    to see it until a translator takes the mark away.
    """
    before = {key_of(message): message for message in read(language) if message.id}
    texts = list(texts)
    gone = {key.text: before[key] for key in before.keys() - {text.key for text in texts} if is_translated(before[key])}
    made = parse(head(language), language)
    for text in texts:
        message, flags = before.get(text.key), set[str]()
        if message is not None and message.fuzzy:
            flags = {"fuzzy"}
        like = [] if message else get_close_matches(text.key.text, gone, n=1, cutoff=_ALIKE)
        if like:
            message, flags = gone[like[0]], {"fuzzy"}
        made.add(
            text.key.text if text.plural is None else (text.key.text, text.plural),
            _said(message, FORMS[language] if text.plural is not None else 0),
            context=text.key.context,
            flags=flags,
            locations=[(file, 0) for file in text.files],
            auto_comments=text.comments,
            user_comments=message.user_comments if message else (),
        )
    file = BytesIO()
    write_po(file, made, width=100, omit_header=True, include_lineno=False)
    return head(language) + file.getvalue().lstrip(b"\n")


def _said(message: Message | None, forms: int) -> str | tuple[str, ...]:
    """The translation, for a text with that many plural forms (none: a text that counts nothing)."""
    said = forms_of(message) if message else ()
    if not forms:
        return said[0] if said else ""
    return said if len(said) == forms else ("",) * forms


def head(language: str) -> bytes:
    """How a catalogue begins. No date and no name: both would change without a text having changed."""
    lines = [
        "",
        f"Language: {language}\\n",
        "MIME-Version: 1.0\\n",
        "Content-Type: text/plain; charset=UTF-8\\n",
        "Content-Transfer-Encoding: 8bit\\n",
        f"Plural-Forms: {_PLURAL[FORMS[language]]}\\n",
    ]
    return ('msgid ""\nmsgstr ' + "\n".join(f'"{line}"' for line in lines) + "\n\n").encode()


def write(language: str, content: bytes) -> bool:
    """Put a catalogue into its place; False when it is as it was."""
    path = path_of(language)
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, content)
    return True


def compile_catalogue(language: str, catalogue: Catalog) -> None:
    """Make the file that Django reads; what nobody has translated, or only as a guess, is left out."""
    file = BytesIO()
    write_mo(file, catalogue)
    put(path_of(language).with_suffix(".mo"), file.getvalue())


def put(path: Path, content: bytes) -> None:
    """Write a file in one step: another process may be reading it, or making it too."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    os.replace(name, path)
