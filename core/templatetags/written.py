"""The template tags for what people write: its words as the reader may have them, the report button, what hiding leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.markdown import render_markdown
from core.written import Concern, Hideable, holds_links, written_as

register = template.Library()


@register.simple_tag(takes_context=True)
def words(context: Context, thing: Hideable, field: str) -> SafeString:
    """`{% words problem "statement" %}`: Markdown that somebody wrote. Needs no statement.

    Nothing where a moderator hid it (`hidden_note` says so once a page). Links of an author nobody has approved work of
    yet are plain text to everybody but the author: read the row `with_links`.
    """
    text = getattr(thing, field)
    if thing.hidden_at or not text:
        return mark_safe("")
    held = holds_links(thing) and not _is_author(context, thing)
    return format_html('<div class="prose" dir="auto">{}</div>', render_markdown(text, links=not held))


@register.simple_tag(takes_context=True)
def outward_link(context: Context, thing: Hideable, field: str = "", *, url: str = "", length: int = 60) -> SafeString:
    """`{% outward_link project "repository_url" %}`: an address somebody gave, to follow or (while held) to read.

    One of several in a list: `{% outward_link profile url=link %}`.
    """
    url = url or getattr(thing, field)
    if thing.hidden_at or not url:
        return mark_safe("")
    shown = url if len(url) <= length else url[: length - 1] + "…"
    if (holds_links(thing) and not _is_author(context, thing)) or not url.startswith(("https://", "http://")):
        return format_html('<bdi dir="ltr">{}</bdi>', url)
    return format_html('<a href="{}" rel="nofollow noopener noreferrer ugc"><bdi dir="ltr">{}</bdi></a>', url, shown)


@register.simple_tag(takes_context=True)
def hidden_note(context: Context, thing: Hideable) -> SafeString:
    """`{% hidden_note problem %}`: that a moderator hid the words, and for which kind of reason; else nothing.

    To an author whose links are held it says so, and until when.
    """
    if thing.hidden_at:
        return _render(
            context, "hidden_note", concern=Concern(thing.hidden_for).label, is_own=_is_author(context, thing)
        )
    if holds_links(thing) and _is_author(context, thing) and _has_link(thing):
        return _render(context, "held_links")
    return mark_safe("")


@register.simple_tag(takes_context=True)
def report_button(context: Context, thing: Any, kind: str = "") -> SafeString:
    """`{% report_button problem %}`: leads to the form by which anybody who reads this can report it. Needs no statement.

    For a row that a page knows by its id alone: `{% report_button step.id "statechange" %}`. Nobody is offered to report
    themselves, and nothing that is hidden already.
    """
    if not kind:
        if thing.hidden_at or _is_author(context, thing):
            return mark_safe("")
        kind, key = written_as(thing).kind, thing.pk
    else:
        key = thing
    return format_html('<a class="report" rel="nofollow" href="/report/{}/{}/">{}</a>', kind, key, _("Report"))


def _has_link(thing: Hideable) -> bool:
    values = [getattr(thing, name) for name in written_as(thing).fields]
    return any("://" in text for value in values for text in ([value] if isinstance(value, str) else value))


def _is_author(context: Context, thing: Hideable) -> bool:
    """Whether the reader wrote it, under any of their ids, as far as was read with them."""
    author = written_as(thing).author_id(thing)
    user = getattr(context.get("request"), "user", None)
    if author is None or user is None or not user.is_authenticated:
        return False
    mine: list[UUID] = [user.subject_id, *getattr(user, "alias_ids", ())]
    return author in mine


def _render(context: Context, name: str, **params: Any) -> SafeString:
    inner = {"request": context.get("request"), **params}
    return mark_safe(get_template(f"_components/{name}.html").render(inner))  # noqa: S308  (rendered by the engine)
