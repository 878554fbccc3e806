"""A row filled into its frame is the row that its template makes of the same values."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from core.frames import filled, tight
from core.templatetags.ui import known

LINE = "contributions/_point_line.html"
ROWS: list[dict[str, str]] = [
    {"href": "/x/", "title": "Two pumps", "reason": "approved", "reviewer": "Asha", "when": "today", "why": "+7"},
    {"href": "", "title": "", "reason": "vested", "reviewer": "", "when": "today", "why": "+7", "is_judged": ""},
    {
        "href": "/x/",
        "title": "<script>100 % & %s {x}",
        "reason": "a'b\"c",
        "reviewer": "अ\u2068ब",
        "when": "",
        "why": "+7",
    },
    {
        "href": "/x/",
        "title": "t",
        "reason": "r",
        "reviewer": "",
        "is_judged": "yes",
        "guild": "Weavers",
        "why": "\ue000why\ue001",
    },
    {"href": "/x/", "title": "t", "reason": "r", "level": known("estimated"), "why": mark_safe("<b>+7</b>")},
]


@pytest.mark.parametrize("values", ROWS)
@pytest.mark.parametrize("language", ["en", "ur", "hi"])
def test_a_filled_row_is_the_templates_own(values: dict[str, str], language: str) -> None:
    with override(language):
        assert filled(LINE, values) == tight(render_to_string(LINE, values))
        assert isinstance(filled(LINE, values), SafeString)


def test_words_of_one_language_are_not_kept_for_another() -> None:
    with override("en"):
        english = filled(LINE, ROWS[3])
    with override("ur"):
        filled(LINE, ROWS[3])
    with override("en"):
        assert filled(LINE, ROWS[3]) == english
    assert "by a reviewer" in english


def test_blanks_that_hold_a_number_together_stay() -> None:
    assert tight("<p>\n  2\u00a0h \n</p> ") == "<p> 2\u00a0h </p>"
