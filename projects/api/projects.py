"""Projects over the API: to find, propose, change and move on."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads, writes
from core.api.paging import NEWEST_FIRST, Listing, page
from projects.api.problems import SCOPE
from projects.api.reach import problem_for, project_for, projects_counted, shown_project, told_projects
from projects.api.shapes import NewProjectShape, ProjectShape, ProjectsQuery, ProjectStepShape, ProjectWordsShape
from projects.models import Project
from projects.services import change_project_state, edit_project, propose_project


class Projects(Endpoint):
    """All projects."""

    @reads("list_projects", ProjectShape, scope=PUBLIC, query=ProjectsQuery, order=NEWEST_FIRST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List projects, the newest first."""
        exact = {"guild": "guild__slug", "problem": "problem__slug", "state": "state"}
        wanted = {exact[name]: values.pop(name) for name in exact.keys() & values.keys()}
        found = page(projects_counted().filter(**wanted), NEWEST_FIRST, **values)
        return Listing(told_projects(found.items, request), found.after)


class Proposing(Endpoint):
    """A new answer to a problem."""

    @writes("propose_project", scope=SCOPE, body=NewProjectShape, answer=ProjectShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Project:
        """Propose a project that answers an accepted problem; a maintainer starts it."""
        problem = problem_for(request, slug)
        made = propose_project(problem=problem, by=request.user.subject, now=timezone.now(), **values)
        return shown_project(made.slug, request)


class OneProject(Endpoint):
    """One project."""

    @reads("read_project", ProjectShape, scope=PUBLIC)
    def get(self, request: Request, slug: str) -> Project:
        """Read one project."""
        return shown_project(slug, request)

    @writes("edit_project", scope=SCOPE, body=ProjectWordsShape, answer=ProjectShape, is_partial=True)
    def patch(self, request: Request, slug: str, values: dict[str, Any]) -> Project:
        """Change a project's words. For maintainers."""
        project = project_for(slug)
        edited = edit_project(project=project, by=request.user.subject, now=timezone.now(), **values)
        return shown_project(edited.slug, request)


class Stepping(Endpoint):
    """Moving a project on."""

    @writes("change_project_state", scope=SCOPE, body=ProjectStepShape, answer=ProjectShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Project:
        """Move a project one step: start it, release it, let it rest. For maintainers."""
        project = project_for(slug)
        change_project_state(project=project, by=request.user.subject, now=timezone.now(), **values)
        return shown_project(slug, request)
