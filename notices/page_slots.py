"""What this app shows on a person's settings: the way to what they hear of."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from core.registries import register_page_slot


def way_to_choices(request: HttpRequest) -> str:
    """A link; no statement."""
    return render_to_string("notices/_settings.html", request=request)


def register() -> None:
    """Fill the slots."""
    register_page_slot("accounts.settings_body", way_to_choices)
