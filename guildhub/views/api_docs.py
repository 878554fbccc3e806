"""The API's schema as it was committed, and its pages for people: made from the schema, without a script."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

#: Written by `manage.py write_api_schema`; a test fails when it is stale. A running hub never makes it anew.
SCHEMA = Path(__file__).resolve().parent.parent / "openapi.json"


@cache
def _text() -> bytes:
    return SCHEMA.read_bytes()


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_text())
    return found


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return HttpResponse(_text(), content_type="application/openapi+json; charset=utf-8")
