"""What pages of the door show that their views, which are allauth's, don't know."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.door.forges import Forge
from accounts.door.forges import offered_forges as offered

register = template.Library()


@register.simple_tag(takes_context=True)
def offered_forges(context: dict[str, Any]) -> list[Forge]:
    """The houses through which one may come in here. No statement."""
    return offered(context["request"])
