"""Every text that is marked for translation, from Python and templates, with the files it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.extract import extract
from django.utils.translation.template import templatize

from core.quick_templates.files import without_indentation

ROOT = Path(__file__).resolve().parent.parent.parent
#: Folders that hold texts; the scripts in `static` have no words of their own.
PYTHON = (
    "core",
    "accounts",
    "notices",
    "guilds",
    "moderation",
    "reputation",
    "projects",
    "contributions",
    "matching",
    "guildhub",
)
TEMPLATES = "templates"
MARKS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
#: How a comment begins that translators should read.
FOR_TRANSLATORS = "Translators:"


class Key(NamedTuple):
    """What a text is found by: its context and its (singular) words."""

    context: str | None
    text: str


class Text(NamedTuple):
    """One text as it stands in the program."""

    key: Key
    plural: str | None
    files: tuple[str, ...]
    comments: tuple[str, ...]


def collect(root: Path = ROOT) -> list[Text]:
    """All of them, in an order that changes only where texts do: by first file, then as they stand in it."""
    found: dict[Key, Text] = {}
    for file, source in sorted(_sources(root)):
        for _line, words, comments, context in extract("python", BytesIO(source), MARKS, (FOR_TRANSLATORS,)):
            singular, plural = words if isinstance(words, tuple) else (words, None)
            key = Key(context, singular)
            before = found.get(key) or Text(key, plural, (), ())
            found[key] = Text(
                key,
                before.plural or plural,
                before.files if file in before.files else (*before.files, file),
                tuple(dict.fromkeys([*before.comments, *comments])),
            )
    return list(found.values())


def _sources(root: Path) -> Iterator[tuple[str, bytes]]:
    for folder in PYTHON:
        for path in (root / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_bytes()
    for path in (root / TEMPLATES).rglob("*"):
        if path.suffix in (".html", ".txt", ".xml"):
            yield path.relative_to(root).as_posix(), _as_python(path)


def _as_python(path: Path) -> bytes:
    """The calls of gettext that a template comes to. Its texts are those of the template as it is loaded."""
    source = path.read_text()
    if path.suffix == ".html":
        source = without_indentation(source)
    calls = templatize(source, origin=path.name)
    return "\n".join(line.lstrip() for line in calls.splitlines()).encode()
