"""What the API sends and takes about problems, projects and tasks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.fields import AddressFlagField, LanguageField, ModelShape, WebAddressField
from core.api.held_links import HeldLinksShape
from core.api.shapes import PersonShape, Shape
from core.api.versions import SeenShape, VersionShape
from projects.models import Problem, Project, Task
from projects.rules import TASK_MINUTES_LEAST, TASK_MINUTES_MOST
from projects.services.problems import PROBLEM_FIELDS
from projects.services.projects import PROJECT_FIELDS
from projects.services.tasks import TASK_FIELDS


class ProblemShape(HeldLinksShape, VersionShape, ModelShape):
    """A problem as people on the ground tell it, and what can be done about it today."""

    guild = serializers.SlugField(source="guild.slug")
    duplicate_of = serializers.SlugField(source="duplicate_of.slug", allow_null=True, default=None)
    open_task_count = serializers.IntegerField()
    is_yours = serializers.BooleanField()
    markdown = ("statement", "evidence")
    version_of = PROBLEM_FIELDS

    class Meta:
        model = Problem
        fields = (
            "id",
            "slug",
            "guild",
            "title",
            "statement",
            "affected_people",
            "affected_count",
            "place",
            "latitude",
            "longitude",
            "evidence",
            "language",
            "state",
            "duplicate_of",
            "created_at",
            "submitted_at",
            "accepted_at",
            "endorsed_affected",
            "endorsed_support",
            "open_task_count",
            "is_yours",
            "links_held",
            "version",
        )


class _ProblemWords(ModelShape):
    statement = serializers.CharField(required=False, allow_blank=True, max_length=8000)
    language = LanguageField(required=False)

    class Meta:
        model = Problem
        fields: tuple[str, ...] = (
            "title",
            "statement",
            "affected_people",
            "affected_count",
            "place",
            "latitude",
            "longitude",
            "evidence",
            "language",
        )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """A position is a latitude and a longitude, or none."""
        if (values.get("latitude") is None) != (values.get("longitude") is None) or (
            ("latitude" in values) != ("longitude" in values)
        ):
            raise serializers.ValidationError({"latitude": [_("A position has a latitude and a longitude.")]})
        return values


class NewProblemShape(_ProblemWords):
    """A problem to keep as a draft that only you see. Only guild and title are needed."""

    guild = serializers.SlugField(help_text="The guild's address; you belong to it.")

    class Meta(_ProblemWords.Meta):
        fields = ("guild", *_ProblemWords.Meta.fields)


class ProblemWordsShape(SeenShape, _ProblemWords):
    """A problem's words; what isn't sent stays as it is."""

    class Meta(_ProblemWords.Meta):
        fields = ("seen", *_ProblemWords.Meta.fields)


class ProblemsQuery(Shape):
    """What narrows the list of problems."""

    text = serializers.CharField(required=False, max_length=100, help_text="Words that all occur.")
    place = serializers.CharField(required=False, max_length=100)
    guild = serializers.SlugField(required=False)
    language = LanguageField(required=False)
    state = serializers.ChoiceField(
        required=False, choices=[choice for choice in Problem.State.choices if choice[0] not in ("draft", "rejected")]
    )
    skill = serializers.CharField(required=False, max_length=40)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=TASK_MINUTES_MOST)


class DecisionShape(Shape):
    """A step of a problem, and why."""

    to = serializers.ChoiceField(choices=Problem.State.choices)
    reason = serializers.CharField(max_length=2000)


class DuplicateShape(Shape):
    """Which problem of the same guild is repeated."""

    original = serializers.SlugField()


class ProjectShape(HeldLinksShape, VersionShape, ModelShape):
    """An answer to a problem."""

    guild = serializers.SlugField(source="guild.slug")
    problem = serializers.SlugField(source="problem.slug")
    open_task_count = serializers.IntegerField()
    markdown = ("summary",)
    addresses = ("repository_url",)
    version_of = PROJECT_FIELDS

    class Meta:
        model = Project
        fields = (
            "id", "slug", "guild", "problem", "title", "summary", "repository_url", "language", "state", "created_at",
            "open_task_count", "links_held", "version",
        )  # fmt: skip


class NewProjectShape(ModelShape):
    """What a project will do, in words."""

    summary = serializers.CharField(max_length=4000)
    repository_url = WebAddressField(max_length=300, required=False, allow_blank=True)
    language = LanguageField(required=False)

    class Meta:
        model = Project
        fields: tuple[str, ...] = ("title", "summary", "repository_url", "language")


class ProjectWordsShape(SeenShape, NewProjectShape):
    """A project's words; what isn't sent stays as it is."""

    class Meta(NewProjectShape.Meta):
        fields = ("seen", *NewProjectShape.Meta.fields)


class ProjectsQuery(Shape):
    """What narrows the list of projects."""

    guild = serializers.SlugField(required=False)
    problem = serializers.SlugField(required=False)
    state = serializers.ChoiceField(required=False, choices=Project.State.choices)


class ProjectStepShape(Shape):
    """A step of a project. To let it rest, archive or quarantine it takes a reason."""

    to = serializers.ChoiceField(choices=Project.State.choices)
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class TaskShape(HeldLinksShape, VersionShape, ModelShape):
    """A piece of work. Who has it, and until when, is for members to see."""

    project = serializers.SlugField(source="project.slug")
    guild = serializers.SlugField(source="project.guild.slug")
    claimed_by = PersonShape(source="taker", allow_null=True)
    lease_ends_at = serializers.DateTimeField(allow_null=True)
    skills = serializers.ListField(child=serializers.CharField())
    markdown = ("description",)
    version_of = TASK_FIELDS

    class Meta:
        model = Task
        fields = (
            "id", "project", "guild", "title", "description", "role", "skills", "difficulty", "estimate_minutes",
            "is_starter", "is_open_work", "state", "published_at", "claimed_by", "lease_ends_at", "links_held",
            "version",
        )  # fmt: skip


class NewTaskShape(ModelShape):
    """A task. Difficulty, estimate and kind of help are fixed when it is published."""

    description = serializers.CharField(required=False, allow_blank=True, max_length=6000)
    estimate_minutes = serializers.IntegerField(
        required=False, min_value=TASK_MINUTES_LEAST, max_value=TASK_MINUTES_MOST
    )
    skills = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, allow_empty=True, max_length=20
    )

    class Meta:
        model = Task
        fields: tuple[str, ...] = (
            "title", "description", "role", "skills", "difficulty", "estimate_minutes", "is_starter",
        )  # fmt: skip


class TaskWordsShape(SeenShape, NewTaskShape):
    """A task's words; what isn't sent stays as it is."""

    class Meta(NewTaskShape.Meta):
        fields = ("seen", *NewTaskShape.Meta.fields)


class TasksQuery(Shape):
    """What narrows the list of tasks."""

    guild = serializers.SlugField(required=False)
    project = serializers.SlugField(required=False)
    state = serializers.ChoiceField(
        required=False, choices=[choice for choice in Task.State.choices if choice[0] != "draft"]
    )
    role = serializers.ChoiceField(required=False, choices=Task._meta.get_field("role").choices)
    is_starter = AddressFlagField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=TASK_MINUTES_MOST, help_text="At most.")


class ClaimShape(Shape):
    """For how long a task is taken; left out: as long as the guild's policy gives."""

    days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=366)


class HandOverShape(Shape):
    """Where the work stands, for whoever takes the task next; all of it optional."""

    words = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    link = WebAddressField(required=False, allow_blank=True, max_length=300)
    percent = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)


class ReasonShape(Shape):
    """Why; may be left out."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
