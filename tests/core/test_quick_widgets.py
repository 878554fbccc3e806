"""Controls that are put together in Python are, to the byte, what the templates write."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString

from core.quick_templates.widgets import _WRITERS, FormRenderer

EVIL = "a\"<b>&'ß"
CHOICES = [
    ("", "—"),
    ("a", "A <i>"),
    (3, "three"),
    (EVIL, EVIL),
    ("Group & co", [("x", "X"), ("y", SafeString("<b>Y</b>"))]),
]
VALUES: list[Any] = [None, "", "a", EVIL, 3, 0, 1.5, True, date(2026, 3, 2), time(9, 30), ["a", "x"], SafeString("<i>")]
ATTRIBUTES: list[dict[str, Any]] = [
    {},
    {"id": "id_x"},
    {"id": "id_x", "class": EVIL, "required": True, "disabled": False, "maxlength": 10, "aria-describedby": "a b"},
]
WIDGETS = [
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput),
    *(forms.SearchInput, forms.TelInput, forms.DateInput, forms.TimeInput, forms.DateTimeInput, forms.CheckboxInput),
    *(forms.Textarea, forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple),
]


@pytest.mark.parametrize("kind", WIDGETS, ids=lambda kind: kind.__name__)
def test_a_control_is_what_its_template_writes(kind: type[forms.Widget]) -> None:
    widget = kind(choices=CHOICES) if issubclass(kind, forms.widgets.ChoiceWidget) else kind()
    if isinstance(widget, forms.PasswordInput):
        widget.render_value = True
    assert widget.template_name in _WRITERS
    by_us, by_template = FormRenderer(), TemplatesSetting()
    for value in VALUES:
        for attributes in ATTRIBUTES:
            for name in ("plain", EVIL):
                shown = [widget.render(name, value, attributes, renderer) for renderer in (by_us, by_template)]
                assert shown[0] == shown[1]
                assert shown[0].__class__ is SafeString


def test_a_control_of_its_own_stays_a_template() -> None:
    class Own(forms.TextInput):
        template_name = "core/own_control.html"

    assert Own.template_name not in _WRITERS
