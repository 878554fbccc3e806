"""What this app shows on a person's settings: what they answered, and the way to change it."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from core.registries import register_page_slot
from matching.forms import shown_answers
from matching.queries import availability_of


def own_answers(request: HttpRequest) -> str:
    """The answers in words. One statement."""
    said = availability_of(request.user.subject_id)
    return render_to_string("matching/_settings.html", {"shown": said and shown_answers(said.answers)}, request=request)


def register() -> None:
    """Fill the slots."""
    register_page_slot("accounts.settings_body", own_answers)
