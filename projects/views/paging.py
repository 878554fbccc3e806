"""Pages of a list that are counted from one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest


def page_number(request: HttpRequest) -> int:
    """The page asked for; nonsense is the first."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def paged(request: HttpRequest, rows: Sequence[Any], per_page: int, **kept: str) -> dict[str, Any]:
    """A page's `rows` and the addresses beside it, from a read of one row more than a page holds."""
    page = page_number(request)
    chosen = {name: value for name, value in kept.items() if value}
    return {
        "rows": rows[:per_page],
        "next_url": f"?{urlencode({**chosen, 'page': page + 1})}" if len(rows) > per_page else "",
        "previous_url": f"?{urlencode({**chosen, 'page': page - 1})}" if page > 1 else "",
    }
