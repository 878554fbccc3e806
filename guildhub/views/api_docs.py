"""The API's schema as it was committed, and its pages for people: made from the schema, without a script."""

from __future__ import annotations

import json
from functools import cache
from itertools import groupby
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Token
from guildhub.api_reference import Operation, operations

#: Written by `manage.py write_api_schema`; a test fails when it is stale. A running hub never makes it anew.
SCHEMA = Path(__file__).resolve().parent.parent / "openapi.json"
#: What the topics are called; an app that isn't named here goes by its own name.
TOPICS = {
    "accounts": _("You"),
    "notices": _("Your inbox"),
    "guilds": _("Guilds"),
    "projects": _("Problems, projects and tasks"),
    "contributions": _("Hours, verdicts and points"),
    "search": _("Search"),
    "public-log": _("The public log"),
    "matching": _("What you can do, and tasks that fit"),
    "moderation": _("Reports and appeals"),
}


@cache
def _text() -> bytes:
    return SCHEMA.read_bytes()


@cache
def _by_topic() -> dict[str, list[Operation]]:
    """Operations by topic, in the order of `TOPICS`."""
    found = sorted(operations(json.loads(_text())), key=lambda one: one.topic)
    grouped = {topic: list(rows) for topic, rows in groupby(found, key=lambda one: one.topic)}
    order = [*TOPICS, *(topic for topic in grouped if topic not in TOPICS)]
    return {topic: grouped[topic] for topic in order if topic in grouped}


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return HttpResponse(_text(), content_type="application/openapi+json; charset=utf-8")


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """How to begin, what holds for every request, and all operations by topic."""
    topics = [(topic, TOPICS.get(topic, topic), found) for topic, found in _by_topic().items()]
    return render(
        request,
        "guildhub/api_docs.html",
        {"topics": topics, "scopes": Token.Scope.choices, "address": request.build_absolute_uri("/api/v1/")},
    )


@require_safe
def api_topic(request: HttpRequest, topic: str) -> HttpResponse:
    """The operations of one topic with all their fields."""
    found = _by_topic().get(topic)
    if found is None:
        raise Http404
    return render(request, "guildhub/api_topic.html", {"name": TOPICS.get(topic, topic), "operations": found})
