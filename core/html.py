"""Pieces of HTML put together in Python."""

from __future__ import annotations

from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def format_html(form: str, *values: Any) -> SafeString:
    """As Django's: the values are escaped unless they are safe. Its looking for lazy texts costs three times as much."""
    return SafeString(form.format(*[escaped(value) for value in values]))


def escaped(value: Any) -> str:
    """One value, escaped unless it is safe."""
    kind = value.__class__
    if kind is SafeString:
        return value
    return escape(value) if kind is str else conditional_escape(value)
