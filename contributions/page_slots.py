"""What this app shows on a project's page: the hours that went into it, and what they earned."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest

from contributions.queries.totals import project_work
from core.pieces import piece_of
from core.registries import register_page_slot
from guilds.queries import Viewer
from projects.models import Project


class _Guild(NamedTuple):
    slug: str


class _Project(NamedTuple):
    slug: str
    guild: _Guild


class _Viewer(NamedTuple):
    is_reviewer: bool


def project_body(request: HttpRequest, *, project: Project, viewer: Viewer) -> str:
    """Hours by kind of help and by source, points, people; reviewers find their queue. One statement."""
    return piece_of(
        "contributions/_project_body.html",
        project=_Project(project.slug, _Guild(project.guild.slug)),
        viewer=_Viewer(viewer.is_reviewer),
        work=project_work(project.pk),
    )


def register() -> None:
    """Fill the slots."""
    register_page_slot("projects.project_body", project_body)
