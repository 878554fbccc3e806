"""The API of the search: the same question and the same answers as on /search/."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads
from core.api.paging import Listing, Order, big_number
from core.api.shapes import Shape
from core.models import SearchDocument
from core.search.find import QUERY_MOST
from guildhub.search import RESULTS_MOST, Result, find_things

#: The best first; a page goes on after so many.
BEST_FIRST = Order(("place",), (big_number,))


class SearchQuery(Shape):
    """What to look for, and among what."""

    q = serializers.CharField(max_length=QUERY_MOST, help_text="Words in any script; a wrong letter does no harm.")
    kind = serializers.ChoiceField(SearchDocument.Kind.choices, required=False)


class PieceShape(Shape):
    """A piece of a text: plain text, never Markdown."""

    text = serializers.CharField(trim_whitespace=False)
    is_found = serializers.BooleanField(source="is_mark", help_text="Whether it is one of the words looked for.")


class SearchResultShape(Shape):
    """Something that everybody may find. `slug` is what its own address has: a task's id, a person's handle."""

    kind = serializers.ChoiceField(SearchDocument.Kind.choices)
    slug = serializers.CharField()
    title = serializers.CharField()
    title_pieces = PieceShape(many=True, source="heading")
    excerpt_pieces = PieceShape(many=True, source="excerpt")
    language = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_blank=True)
    place = serializers.CharField(allow_blank=True)
    minutes = serializers.IntegerField(allow_null=True, help_text="How long a task takes, about.")
    guild = serializers.CharField(source="guild_slug", allow_blank=True)


class Search(Endpoint):
    """The search."""

    topic = "search"

    @reads("search", SearchResultShape, scope=PUBLIC, query=SearchQuery, order=BEST_FIRST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """Look for problems, tasks, projects and people who show themselves, the best first."""
        (start,) = values["after"] or (0,)
        if start >= RESULTS_MOST:
            return Listing(())
        limit = values["limit"]
        found = find_things(values["q"], kind=values.get("kind", ""), start=start, limit=limit)
        results: list[Result] = found.results
        return Listing(results, (start + limit,) if found.has_next else None)


urlpatterns = [path("search", Search.as_view())]
