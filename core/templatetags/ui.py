"""The template tags every page is made of: hours, amounts, states, dates, names, components with a body."""

from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.db.models import Model
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core.formats import exact_day, exact_moment, format_day, format_minutes, format_moment_here, format_number
from core.html import format_html
from core.markdown import render_markdown

register = template.Library()

# The tone of a state picks its colour and mark; its words are the model's own, and enough to understand it.
TONES: dict[str, str] = {
    "accepted": "ok",
    "active": "ok",
    "adopted": "ok",
    "approved": "ok",
    "challenged": "warn",
    "claimed": "wait",
    "failed": "stop",
    "in_project": "ok",
    "in_review": "wait",
    "incubating": "wait",
    "open": "ok",
    "piloting": "ok",
    "proposed": "wait",
    "published": "ok",
    "quarantined": "stop",
    "rejected": "stop",
    "release_ready": "ok",
    "returned": "warn",
    "reversed": "stop",
    "running": "wait",
    "solved": "ok",
    "submitted": "wait",
    "upheld": "ok",
    "vested": "ok",
}

# How a number is known, and what that word promises.
KNOWN: dict[str, tuple[Any, Any]] = {
    "claimed": (_("claimed"), _("The person said so; nobody has checked it yet.")),
    "checked": (_("checked"), _("A reviewer looked at the work and approved it.")),
    "estimated": (_("estimated"), _("Worked out by a stated rule, not measured.")),
    "verified": (_("independently verified"), _("Somebody outside the project confirmed it.")),
}


@register.filter
def hours(minutes: int | None) -> str:
    """`{{ entry.minutes|hours }}`: minutes as "1 h 30 min", kept in one piece in a right-to-left line."""
    return "" if minutes is None else _hours(minutes, get_language())


@lru_cache(maxsize=4096)
def _hours(minutes: int, _language: str | None) -> SafeString:
    return format_html("<bdi>{}</bdi>", format_minutes(minutes))


@register.filter
def whole_hours(minutes: int) -> str:
    """`{{ total_minutes|whole_hours }}`: a large sum, in full hours (what is begun is not shown)."""
    return format_html("<bdi>{}</bdi>", gettext("%(hours)s h") % {"hours": format_number(minutes // 60)})


@register.filter
def number(value: int | float | None) -> str:
    """`{{ total|number }}`: a grouped number in `<bdi>`, so that 4,127 does not turn round in Urdu."""
    return "" if value is None else _number(value, get_language())


@lru_cache(maxsize=4096, typed=True)
def _number(value: int | float, _language: str | None) -> SafeString:
    return format_html("<bdi>{}</bdi>", format_number(value))


@register.simple_tag
def amount(value: int, unit: str = "", *, signed: bool = False) -> SafeString:
    """`{% amount 23 "PTS" signed=True %}`: an amount of points (or any unit) in tabular figures."""
    return _amount(value, unit, signed, get_language())


@lru_cache(maxsize=4096, typed=True)
def _amount(value: int, unit: str, signed: bool, _language: str | None) -> SafeString:
    tone = "" if not signed or not value else " plus" if value > 0 else " minus"
    figure = format_number(value, signed=signed)
    if not unit:
        return format_html('<bdi class="amount{}">{}</bdi>', tone, figure)
    return format_html('<bdi class="amount{}">{} <small>{}</small></bdi>', tone, figure, unit)


@register.simple_tag
def state(thing: Any, label: str = "") -> SafeString:
    """`{% state contribution %}`: its state as a badge, in the model's words (or a name and a `label`)."""
    name = getattr(thing, "state", thing)
    words = label or (
        _state_words(thing.__class__, name, get_language()) if isinstance(thing, Model) and name is not thing else ""
    )
    if not words:
        display = getattr(thing, "get_state_display", None)
        words = display() if display else str(name).replace("_", " ")
    return _badge(name, str(words))


@lru_cache(maxsize=1024)
def _badge(name: str, words: str) -> SafeString:
    return format_html('<span class="state {}">{}</span>', TONES.get(name, ""), words)


@lru_cache(maxsize=1024)
def _state_words(model: type[Model], name: str, _language: str | None) -> str:
    """A state in the model's words; Django makes a table of all choices each time it is asked (20 us)."""
    choices = dict(model._meta.get_field("state").flatchoices)  # type: ignore[union-attr]
    return str(choices.get(name, name))


@register.simple_tag
def known(level: str) -> SafeString:
    """`{% known "estimated" %}`: the label a number wears, saying how it is known."""
    return _known(level, get_language())


@lru_cache(maxsize=256)
def _known(level: str, _language: str | None) -> SafeString:
    words, promise = KNOWN[level]
    return format_html('<abbr class="known {}" title="{}">{}</abbr>', level, promise, words)


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """`{% when event.happened_at %}`: a moment in the reader's zone, with the exact time in its title."""
    if moment is None:
        return mark_safe("")
    return time_of(moment, timezone.localtime())


def time_of(moment: datetime, here_now: datetime) -> SafeString:
    """The same for a list, whose view asks once what time it is where its reader is."""
    here = moment.astimezone(here_now.tzinfo)
    return _time(here.isoformat(timespec="seconds"), exact_moment(here), format_moment_here(here, here_now))


@register.simple_tag
def day(value: date | None) -> SafeString:
    """`{% day entry.worked_on %}`: a calendar date, said as yesterday or 3 days ago while it is near."""
    if value is None:
        return mark_safe("")
    return _time(value.isoformat(), exact_day(value), format_day(value, today=timezone.localdate()))


def _time(machine: str, exact: str, words: str) -> SafeString:
    return SafeString(f'<time datetime="{machine}" title="{escape(exact)}">{escape(words)}</time>')


@register.simple_tag
def person(name: str | None = None) -> SafeString:
    """`{% person name %}`: a name that can't turn its line round; "a contributor" when it is hidden.

    A name that knows its person's page (`accounts.queries.ShownName`) leads there.
    """
    if not name:
        return format_html("<span>{}</span>", pgettext("somebody whose name is hidden", "a contributor"))
    if page := getattr(name, "url", ""):
        return format_html('<a href="{}"><bdi>{}</bdi></a>', page, name)
    return format_html("<bdi>{}</bdi>", name)


@register.filter
def markdown(text: str | None) -> SafeString:
    """`{{ problem.description|markdown }}`: what somebody wrote, rendered and cleaned."""
    return format_html('<div class="prose" dir="auto">{}</div>', render_markdown(text or ""))


@register.simple_block_tag(takes_context=True)
def component(context: Context, content: str, name: str, **params: Any) -> SafeString:
    """`{% component "card" heading=... %} body {% endcomponent %}`: a component that wraps a body.

    Renders `_components/<name>.html` with `body`, the given parameters and the request, and nothing else of
    the page's context, so a component can't come to depend on the page it stands in.
    """
    inner = {"body": content, "request": context.get("request"), **params}
    return get_template(f"_components/{name}.html").template.render(Context(inner))


@register.simple_tag
def nav_link(
    url: str, label: str, *, here: tuple[str, str] | None = None, count: int = 0, counted: str = ""
) -> SafeString:
    """A link of the main navigation; `count` is what waits behind it.

    `here`: the link that leads to where the reader is, and "page" or "true" (a page that belongs to it).
    """
    current: str = format_html(' aria-current="{}"', here[1]) if here and here[0] == url else ""
    badge = ""
    if count:
        words = counted or gettext("waiting")
        badge = format_html(' <span class="count">{}<span class="sr"> {}</span></span>', format_number(count), words)
    return format_html('<a href="{}"{}>{}{}</a>', url, current, label, badge)
