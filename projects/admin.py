"""Problems, projects and tasks in the admin site: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin
from projects.models import Problem, Project, Task


@admin.register(Problem)
class ProblemAdmin(ReadOnlyAdmin):
    """Problems that were handed in; a draft is its author's alone, here too."""

    list_display = ("title", "guild", "state", "place", "created_at")
    list_select_related = ("guild",)
    list_filter = ("state", "guild", "language")
    search_fields = ("title", "place")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Problem]:
        """All but drafts."""
        return super().get_queryset(request).exclude(state=Problem.State.DRAFT)


@admin.register(Project)
class ProjectAdmin(ReadOnlyAdmin):
    """Projects with the problem they answer."""

    list_display = ("title", "guild", "problem", "state", "created_at")
    list_select_related = ("guild", "problem")
    list_filter = ("state", "guild")
    search_fields = ("title",)


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Tasks with what their points depend on."""

    list_display = ("title", "project", "state", "difficulty", "estimate_minutes", "published_at")
    list_select_related = ("project",)
    list_filter = ("state", "difficulty", "role")
    search_fields = ("title",)
