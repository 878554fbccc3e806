"""Pages of lists: a bounded number of rows after a key, which the reader gets as an opaque cursor."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.shapes import Shape

LIMIT_USUAL = 30
LIMIT_MOST = 100
#: The key of a page's last row; the next page begins after it.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Listing:
    """The rows of one page, and the key after which the next one begins (None: this is the last)."""

    items: Sequence[Any]
    after: Key | None = None


@dataclass(frozen=True)
class Order:
    """How a list is sorted: fields with a direction ("-created_at"), and how each is read from a cursor."""

    fields: tuple[str, ...]
    kinds: tuple[Callable[[str], Any], ...] = field(default=(UUID,))


OLDEST_FIRST = Order(("created_at", "pk"), (datetime.fromisoformat, UUID))
NEWEST_FIRST = Order(("-created_at", "-pk"), (datetime.fromisoformat, UUID))


def page(rows: QuerySet, order: Order, *, limit: int, after: Key | None) -> Listing:
    """One page of a queryset. The last field must be unique, so that no row is told twice or left out. One statement."""
    if after is not None:
        rows = rows.filter(_beyond(order.fields, after))
    found = list(rows.order_by(*order.fields)[: limit + 1])
    return cut(found, limit, [name.lstrip("-").replace("__", ".") for name in order.fields])


def cut(found: Sequence[Any], limit: int, names: Iterable[str]) -> Listing:
    """The first `limit` of one row more than that, with the key made of these attributes of the last."""
    shown = found[:limit]
    if len(found) <= limit:
        return Listing(shown)
    return Listing(shown, tuple(attrgetter(name)(shown[-1]) for name in names))


def _beyond(fields: Sequence[str], key: Key) -> Q:
    """(a, b) after (x, y) in an order whose directions may differ: a beyond x, or a equal and b beyond y."""
    found, equal = Q(), Q()
    for name, value in zip(fields, key, strict=True):
        step = "lt" if name.startswith("-") else "gt"
        found |= equal & Q(**{f"{name.lstrip('-')}__{step}": value})
        equal &= Q(**{name.lstrip("-"): value})
    return found


def write_cursor(listed: str, key: Key) -> str:
    """A key as text that says nothing to its reader; `listed` is the list it belongs to."""
    parts = [listed, *(value.isoformat() if isinstance(value, date | datetime) else str(value) for value in key)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(listed: str, kinds: Sequence[Callable[[str], Any]], text: str) -> Key:
    """The key in a cursor of that list. Raises ValidationError for anything that this list did not give out."""
    try:
        name, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if name != listed or not all(isinstance(value, str) for value in values):
            raise ValueError
        key = tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
        if any(isinstance(value, datetime) and value.tzinfo is None for value in key):
            raise ValueError
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise serializers.ValidationError(
            {"cursor": [_("This cursor is not of this list. Begin without one.")]}
        ) from error
    return key


def big_number(text: str) -> int:
    """A number from a cursor that a database column can hold."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError
    return int(text)


class PagingShape(Shape):
    """What every list takes."""

    cursor = serializers.CharField(required=False, max_length=600, help_text="Where to go on: part of `next`.")
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=LIMIT_MOST, default=LIMIT_USUAL, help_text="How many at most."
    )


def next_address(path: str, sent: Mapping[str, Any], cursor: str) -> str:
    """The address of the next page: the same question, and where to go on."""
    asked = {name: value for name, value in sent.items() if name != "cursor"}
    return f"{path}?{urlencode({**asked, 'cursor': cursor}, doseq=True)}"
