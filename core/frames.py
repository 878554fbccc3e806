"""A template that is the same for every row of a list, rendered once, and then filled in like a form.

A row of a long list costs a template 15 to 40 us, most of it for finding out again what stands between its values. `filled`
renders the template once for each language and for each set of values that are there, with marks in their places, and writes
a row by putting the values where the marks stood (2 us). The markup stays a template like every other one. Turned down:
markup in Python (whoever looks after the pages must find it), and keeping finished rows (each is somebody's own).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_BLANKS = re.compile(r"[ \t\r\n]+")
_MARK = re.compile("\ue000([a-z_]+)\ue001")


def filled(template: str, values: Mapping[str, str]) -> SafeString:
    """The template with these values: texts, which are escaped, or finished markup. Empty ones are not there.

    The template may print a value and ask `if` it is there, and nothing else: it is rendered without a request and sees
    no value as it is. Give the values in the same order each time.
    """
    there = tuple([name for name in values if values[name]])
    form, names = _frame(template, there, get_language())
    found = [values[name] for name in names]
    return SafeString(form % tuple([v if v.__class__ is SafeString else escape(v) for v in found]))


def tight(html: str) -> SafeString:
    """Markup without the line breaks and indents of its template, which a list would repeat; not for `<pre>`."""
    return SafeString(_BLANKS.sub(" ", html).strip())


@lru_cache(maxsize=512)
def _frame(template: str, there: tuple[str, ...], _language: str | None) -> tuple[str, tuple[str, ...]]:
    """The template as a form for `%`, and which value belongs in which gap."""
    html = render_to_string(template, {name: SafeString(f"\ue000{name}\ue001") for name in there})
    form = tight(html).replace("%", "%%")
    return _MARK.sub("%s", form), tuple(_MARK.findall(form))
