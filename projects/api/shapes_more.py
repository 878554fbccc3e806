"""What the API sends and takes about voices, endorsements, notes on tasks, templates and a project's way."""

from __future__ import annotations

from rest_framework import serializers

from core.api.fields import FlagField, LanguageField, ModelShape
from core.api.held_links import HeldLinksShape
from core.api.shapes import PersonShape, Shape
from projects.models import Endorsement, ProgressNote, TaskTemplate, Voice


class VoiceShape(ModelShape):
    """What somebody said, written down by a member who holds their consent. A withdrawn one has no words left."""

    problem = serializers.SlugField(source="problem.slug")
    noted_by = PersonShape()

    class Meta:
        model = Voice
        fields = (
            "id", "problem", "words", "language", "translation", "translation_language", "role", "place", "consent",
            "consented_on", "is_public", "noted_by", "created_at", "withdrawn_at",
        )  # fmt: skip


class NewVoiceShape(ModelShape):
    """A voice. No names, no telephone numbers, no addresses: `role` says what they do there, like "a fisher"."""

    words = serializers.CharField(max_length=2000)
    language = LanguageField(required=False)
    translation = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    translation_language = LanguageField(required=False)
    consent = serializers.ChoiceField(choices=Voice.Consent.choices)
    is_public = FlagField(required=False, help_text="They agreed that everybody may read it.")

    class Meta:
        model = Voice
        fields = (
            "words", "language", "translation", "translation_language", "role", "place", "consent", "consented_on",
            "is_public",
        )  # fmt: skip


class EndorsementShape(Shape):
    """What you say about a problem."""

    kind = serializers.ChoiceField(choices=Endorsement.Kind.choices)


class ProgressShape(HeldLinksShape, ModelShape):
    """How far somebody had come with a task."""

    written_by = PersonShape()
    addresses = ("link",)

    class Meta:
        model = ProgressNote
        fields = ("id", "words", "link", "percent", "at_handover", "written_by", "created_at", "links_held")


class TemplateShape(ModelShape):
    """The words and sizes of one kind of task."""

    skills = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = TaskTemplate
        fields = (
            "id", "title", "description", "role", "skills", "difficulty", "estimate_minutes", "is_starter", "created_at",
        )  # fmt: skip


class HappeningShape(Shape):
    """One thing that happened to a project. `kind` says which fields are filled.

    "project" and "problem": a step `was` > `to`. "task": task `thing`, called `title`, was done. "week": `minutes`
    approved in `count` pieces of work of `people` for `points`, in the week of `week_of`. "history": `count` sessions from
    before were accepted.
    """

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    was = serializers.CharField(allow_blank=True)
    to = serializers.CharField(allow_blank=True)
    person = PersonShape(allow_null=True)
    reason = serializers.CharField(allow_blank=True, help_text="For members.")
    title = serializers.CharField(allow_blank=True)
    thing = serializers.UUIDField(allow_null=True)
    week_of = serializers.DateField(allow_null=True)
    minutes = serializers.IntegerField()
    points = serializers.IntegerField()
    count = serializers.IntegerField()
    people = serializers.IntegerField()
