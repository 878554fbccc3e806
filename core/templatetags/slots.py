"""The tag that leaves a place on a page for the apps above."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core import registries

register = template.Library()


@register.simple_tag(takes_context=True)
def page_slot(context: Context, name: str, **values: Any) -> SafeString:
    """`{% page_slot "projects.project_body" project=project viewer=viewer %}`: what the apps above have to show here."""
    request = context.get("request")
    return format_html_join("\n", "{}", ((render(request, **values),) for render in registries.page_slot(name)))
