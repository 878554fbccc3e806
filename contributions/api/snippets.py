"""A reviewer's phrases over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from contributions.models import FeedbackSnippet
from contributions.queries.review_queue import snippets_of
from contributions.rules import SNIPPET_LENGTH_MOST
from contributions.services import add_snippet, delete_snippet, edit_snippet
from core.api.endpoints import Endpoint, reads, writes
from core.api.shapes import Shape
from guilds.api.reach import own_ids

SCOPE = "reviews:write"


class SnippetShape(Shape):
    """A phrase you keep for verdicts."""

    id = serializers.UUIDField(source="pk")
    words = serializers.CharField()
    created_at = serializers.DateTimeField()


class SnippetsShape(Shape):
    """All of them, in the order in which you kept them."""

    snippets = SnippetShape(many=True)


class SnippetWordsShape(Shape):
    """What the phrase says."""

    words = serializers.CharField(max_length=SNIPPET_LENGTH_MOST)


class Snippets(Endpoint):
    """Your phrases."""

    @reads("list_snippets", SnippetsShape)
    def get(self, request: Request) -> dict[str, Any]:
        """List the phrases you keep for verdicts. Nobody else sees them."""
        return {"snippets": snippets_of(own_ids(request))}

    @writes("add_snippet", scope=SCOPE, body=SnippetWordsShape, answer=SnippetShape, status=201)
    def post(self, request: Request, values: dict[str, Any]) -> FeedbackSnippet:
        """Keep a phrase; the same words twice are one."""
        return add_snippet(by=request.user.subject, words=values["words"], now=timezone.now())


class OneSnippet(Endpoint):
    """One of them."""

    @writes("edit_snippet", scope=SCOPE, body=SnippetWordsShape, answer=SnippetShape)
    def patch(self, request: Request, pk: UUID, values: dict[str, Any]) -> FeedbackSnippet:
        """Change a phrase of yours."""
        return edit_snippet(snippet=_own(request, pk), by=request.user.subject, words=values["words"])


class Deleting(Endpoint):
    """Forgetting one."""

    @writes("delete_snippet", scope=SCOPE, answer=SnippetsShape)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Delete a phrase of yours; what remains is answered."""
        delete_snippet(snippet=_own(request, pk), by=request.user.subject)
        return {"snippets": snippets_of(own_ids(request))}


def _own(request: Request, pk: UUID) -> FeedbackSnippet:
    return get_object_or_404(FeedbackSnippet, pk=pk, subject_id__in=own_ids(request))
