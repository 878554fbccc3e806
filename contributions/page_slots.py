"""What this app shows on a project's page: the hours that went into it, and what they earned."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from contributions.queries.totals import project_work
from core.registries import register_page_slot
from guilds.queries import Viewer
from projects.models import Project


def project_body(request: HttpRequest, *, project: Project, viewer: Viewer) -> str:
    """Hours by kind of help and by source, points, people; reviewers find their queue. One statement."""
    return render_to_string(
        "contributions/_project_body.html",
        {"project": project, "viewer": viewer, "work": project_work(project.pk)},
        request=request,
    )


def register() -> None:
    """Fill the slots."""
    register_page_slot("projects.project_body", project_body)
