"""How problems, projects and tasks forget a person.

What was published belongs to the guild's common knowledge and stays, without its author's name (the row keeps a
random id); drafts that nobody else saw are emptied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from core.registries import register_personal_data
from projects.models import Problem, Project, Task

ERASED = "[erased]"


#: An address is made from the title, so it goes with it; this one is free, because it holds the row's own id.
_ERASED_SLUG = Concat(Value("erased-"), Cast("pk", CharField()), output_field=CharField())


def _erase_problems(ids: Sequence[UUID]) -> None:
    Problem.objects.filter(author_id__in=ids, state__in=["draft", "rejected"]).update(
        title=ERASED,
        slug=_ERASED_SLUG,
        statement=ERASED,
        affected_people="",
        evidence="",
        place="",
        latitude=None,
        longitude=None,
    )


def _export_problems(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Problem.objects.filter(author_id__in=ids).values(
        "title", "statement", "affected_people", "evidence", "place", "state", "created_at"
    )


def _erase_projects(ids: Sequence[UUID]) -> None:
    proposed = Project.objects.filter(author_id__in=ids, state="proposal")
    # The open-work task bears the project's title.
    Task.objects.filter(project__in=proposed, state="draft", is_open_work=True).update(title=ERASED)
    proposed.update(title=ERASED, slug=_ERASED_SLUG, summary=ERASED, repository_url="")


def _export_projects(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Project.objects.filter(author_id__in=ids).values("title", "summary", "state", "created_at")


def _erase_tasks(ids: Sequence[UUID]) -> None:
    Task.objects.filter(author_id__in=ids, state="draft", is_open_work=False).update(
        title=ERASED, description="", skills=[]
    )


def _export_tasks(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Task.objects.filter(author_id__in=ids).values("title", "description", "state", "created_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Problem, erase=_erase_problems, export=_export_problems)
    register_personal_data(Project, erase=_erase_projects, export=_export_projects)
    register_personal_data(Task, erase=_erase_tasks, export=_export_tasks)
