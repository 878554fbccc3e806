"""Pieces of pages are found by exactly what they were rendered from, and take nothing that could be mistaken."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.template import Context, Engine
from django.utils.safestring import SafeString
from django.utils.translation import override

from core import pieces
from core.templatetags.pieces import piece_naming

TEMPLATES = {
    "p.html": "{% load i18n ui %}<b>{{ row.title }}</b>{{ row.minutes|hours }}{% translate 'Monday' %}{{ request }}",
    "named.html": "<i>{{ name }}</i> {{ word }} {{ name }}",
}


class Row(NamedTuple):
    title: str
    minutes: int | None = None


@pytest.fixture
def engine() -> Engine:
    pieces.forget_pieces()
    loader = ("core.quick_templates.loader.Loader", [("django.template.loaders.locmem.Loader", TEMPLATES)])
    return Engine(
        loaders=[loader], libraries={"i18n": "django.templatetags.i18n", "ui": "core.templatetags.ui"}, debug=False
    )


def render(engine: Engine, value: Any) -> str:
    return pieces.piece(engine, "p.html", ("row",), (value,))


def test_other_values_and_languages_are_other_pieces(engine: Engine) -> None:
    first = render(engine, Row("a <i>", 30))
    assert first == "<b>a &lt;i&gt;</b><bdi>30\xa0min</bdi>Monday"
    assert render(engine, Row("a <i>", 30)) is first
    assert render(engine, Row("b", 30)).startswith("<b>b</b>")
    with override("hi"):
        assert render(engine, Row("a <i>", 30)) != first
    assert render(engine, Row("a <i>", 30)) is first
    assert pieces.pieces(engine, "p.html", "row", [Row("a <i>", 30), Row("b", 30)]).startswith(first)


@pytest.mark.parametrize(
    "value",
    [SafeString("<b>"), Decimal("1.5"), 1.5, datetime(2026, 1, 1, tzinfo=UTC), object(), Row(SafeString("<b>"))],
    ids=lambda value: type(value).__name__,
)
def test_what_could_be_mistaken_is_refused(engine: Engine, value: Any) -> None:
    with pytest.raises(TypeError):
        render(engine, value)


def test_markup_never_takes_the_place_of_the_same_text(engine: Engine) -> None:
    kept = render(engine, Row("<b>"))
    assert "&lt;b&gt;" in kept
    assert render(engine, Row(SafeString("<b>"))) is kept, (
        "equal to what was kept: the escaped one, never the other way"
    )


def test_a_name_is_put_into_a_piece_that_is_kept_for_everybody(engine: Engine) -> None:
    context = Context()
    context.template = engine.get_template("p.html")
    pieces.forget_pieces()
    said = [piece_naming(context, "named.html", name, word="x") for name in ("Rina", "<b>&", pieces.NAME)]
    assert said[:2] == ["<i>Rina</i> x Rina", "<i>&lt;b&gt;&amp;</i> x &lt;b&gt;&amp;"] and len(pieces._kept) == 1


def test_what_is_kept_is_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "KEPT_MOST", 3000)
    for number in range(50):
        render(engine, Row(str(number)))
        assert len(pieces._kept) <= 6
    long = "x" * pieces.LARGEST_KEPT
    assert long in render(engine, Row(long))
    assert not any(row.title == long for (row,) in [key[3] for key in pieces._kept])


def test_no_piece_speaks_of_now_or_of_its_reader() -> None:
    """Whatever a piece shows beside its values would be another reader's, or yesterday's."""
    root = Path(settings.BASE_DIR)
    texts = {path: path.read_text(encoding="utf-8") for path in (root / "templates").rglob("*.html")}
    named = {name for text in texts.values() for name in re.findall(r'{% pieces? "([^"]+)"', text)}
    python = "\n".join(path.read_text(encoding="utf-8") for path in root.glob("*/page_slots.py"))
    named |= set(re.findall(r'piece_of\(\s*"([^"]+)"', python))
    assert len(named) >= 6
    for name in named:
        text = texts[root / "templates" / name]
        assert not re.search(
            r"{% (when|day|csrf_token|report_button|words|outward_link)\b|request\.|shell\.|user\.", text
        ), name
