"""The API of what a person can do, and of the tasks that fit it."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.queries import ids_of
from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import LanguageField
from core.api.shapes import Shape
from core.text import one_line
from guilds.roles import ROLE_CHOICES
from matching.models import Availability
from matching.queries import availability_of, fitting_tasks
from matching.rules import LANGUAGES_MOST, MINUTES_LEAST, MINUTES_MOST, PLACE_MOST, Answers
from matching.services import save_availability
from matching.words import why


class AvailabilityShape(Shape):
    """What you said you can do, where, in which languages and for how long a week. Nobody else reads it."""

    kinds = serializers.ListField(child=serializers.ChoiceField(choices=ROLE_CHOICES))
    place = serializers.CharField(allow_blank=True)
    languages = serializers.ListField(child=LanguageField())
    minutes_a_week = serializers.IntegerField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True, help_text="Null: you were never asked.")


class AnswersShape(Shape):
    """What changes; what isn't sent stays as it is."""

    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=ROLE_CHOICES), required=False, max_length=len(ROLE_CHOICES)
    )
    place = serializers.CharField(max_length=PLACE_MOST, required=False, allow_blank=True)
    languages = serializers.ListField(child=LanguageField(), required=False, max_length=LANGUAGES_MOST)
    minutes_a_week = serializers.IntegerField(
        required=False, allow_null=True, min_value=MINUTES_LEAST, max_value=MINUTES_MOST
    )

    def validate_place(self, place: str) -> str:
        """One line of it."""
        return one_line(place, length=PLACE_MOST)


class SuggestionShape(Shape):
    """An open task that fits what you said, and why, in the language you ask for (Accept-Language)."""

    task = serializers.UUIDField(source="id")
    title = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLE_CHOICES)
    difficulty = serializers.CharField()
    estimate_minutes = serializers.IntegerField()
    is_starter = serializers.BooleanField()
    project = serializers.CharField(source="project_slug")
    language = serializers.CharField()
    is_own_guild = serializers.BooleanField()
    why = serializers.CharField()


class SuggestionListShape(Shape):
    """The best three, and how many fit in all."""

    items = SuggestionShape(many=True)
    total = serializers.IntegerField()


class OwnAvailability(Endpoint):
    """What you can do."""

    @reads("read_availability", AvailabilityShape)
    def get(self, request: Request) -> Availability:
        """Read what you said you can do."""
        return _said(request) or Availability(subject=request.user.subject)

    @writes("save_availability", scope="account:write", body=AnswersShape, answer=AvailabilityShape, is_partial=True)
    def patch(self, request: Request, values: dict[str, Any]) -> Availability:
        """Say what you can do, where, and for how long a week."""
        return save_availability(by=request.user.subject, now=timezone.now(), **values)


class Suggestions(Endpoint):
    """Tasks for you."""

    @reads("list_suggestions", SuggestionListShape)
    def get(self, request: Request) -> dict[str, Any]:
        """List three open tasks that fit what you said, the best first."""
        said = _said(request)
        answers = said.answers if said else Answers()
        begins = not request.user.subject.links_free_at
        found = fitting_tasks(answers, subject_ids=ids_of(request.user), begins=begins)
        items = [{**vars(task), "why": why(task, answers)} for task in found]
        return {"items": items, "total": found[0].total if found else 0}


def _said(request: Request) -> Availability | None:
    return availability_of(request.user.subject_id)


urlpatterns = [
    path("me/availability", OwnAvailability.as_view()),
    path("me/suggestions", Suggestions.as_view()),
]
