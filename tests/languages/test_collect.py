"""Texts are found in Python and templates; catalogues take them in without losing what is translated."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.texts import catalogues, collect
from core.texts.collect import Key, Text


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for folder in (*collect.PYTHON, collect.TEMPLATES):
        (tmp_path / folder).mkdir()
    return tmp_path


def test_texts_of_python_and_templates_are_found_once_each(place: Path) -> None:
    (place / "core" / "a.py").write_text(
        '# Translators: a button\nx = _("Save")\ny = ngettext("%(n)s day", "%(n)s days", 2)\nz = pgettext("month", "May")\n'
    )
    (place / "templates" / "b.html").write_text(
        '{% load i18n %}{% translate "Save" %}'
        "{% blocktranslate trimmed with who=x %}\n  Hello\n  {{ who }}{% endblocktranslate %}"
    )
    found = {text.key: text for text in collect.collect(place)}
    assert found[Key(None, "Save")].files == ("core/a.py", "templates/b.html")
    assert found[Key(None, "Save")].comments == ("Translators: a button",)
    assert found[Key(None, "%(n)s day")].plural == "%(n)s days"
    assert Key("month", "May") in found
    assert Key(None, "Hello %(who)s") in found


def test_migrations_hold_no_texts_of_their_own(place: Path) -> None:
    (place / "core" / "migrations").mkdir()
    (place / "core" / "migrations" / "0001.py").write_text('x = _("Old")\n')
    assert collect.collect(place) == []


def _text(words: str, plural: str | None = None) -> Text:
    return Text(Key(None, words), plural, ("core/a.py",), ())


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    return tmp_path


def test_a_translation_stays_and_a_changed_text_keeps_it_as_a_guess(shelf: Path) -> None:
    said = 'msgid "Log your hours here"\nmsgstr "Catat jam di sini"\n\nmsgid "Points"\nmsgstr "Poin"\n'
    catalogues.write("id", catalogues.head("id") + said.encode())
    texts = [_text("Log all your hours here"), _text("Points"), _text("%(n)s day", "%(n)s days")]
    catalogues.write("id", catalogues.merged("id", texts))
    found = {catalogues.key_of(message).text: message for message in catalogues.read("id") if message.id}
    assert set(found) == {text.key.text for text in texts}
    assert catalogues.is_translated(found["Points"])
    assert found["Log all your hours here"].fuzzy
    assert not catalogues.is_translated(found["Log all your hours here"])
    assert len(catalogues.forms_of(found["%(n)s day"])) == 1


def test_collecting_again_changes_nothing(shelf: Path) -> None:
    texts = [_text("Points"), _text("%(n)s day", "%(n)s days")]
    assert catalogues.write("hi", catalogues.merged("hi", texts))
    assert not catalogues.write("hi", catalogues.merged("hi", texts))
