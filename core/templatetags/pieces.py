"""The tags that put pieces of pages (core/pieces.py) where they belong."""

from __future__ import annotations

from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from core import pieces as kept

register = template.Library()


@register.simple_tag(takes_context=True)
def piece(context: Context, name: str, **values: Any) -> SafeString:
    """`{% piece "_components/_links.html" links=shell.foot_links %}`: a template that shows these values and nothing else."""
    return kept.piece(context.template.engine, name, tuple(values), tuple(values.values()))  # type: ignore[union-attr]


@register.simple_tag(takes_context=True)
def piece_naming(context: Context, name: str, person: str, **values: Any) -> SafeString:
    """A piece with somebody's name where it says `{{ name }}`. One is kept for everybody, and the name put in each time."""
    names, given = ("name", *values), (kept.NAME, *values.values())
    made = kept.piece(context.template.engine, name, names, given)  # type: ignore[union-attr]
    return SafeString(made.replace(kept.NAME, escape(person)))


@register.simple_tag(takes_context=True)
def pieces(context: Context, name: str, **rows: Any) -> SafeString:
    """`{% pieces "projects/_problem_card.html" problem=problems %}`: the template for each of the rows, one after the other."""
    ((row, found),) = rows.items()
    return kept.pieces(context.template.engine, name, row, found)  # type: ignore[union-attr]
