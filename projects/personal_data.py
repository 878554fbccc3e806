"""How problems, projects and tasks forget a person.

What was published belongs to the guild's common knowledge and stays, without its author's name (the row keeps a
random id); drafts that nobody else saw are emptied. A voice loses its words with the member who wrote it down: nobody
else could pass on that the person quoted has changed their mind. An endorsement goes, and is counted no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Coalesce, Concat, Now

from core.registries import holds_nothing_personal, register_personal_data
from projects.models import (
    Endorsement,
    Place,
    Problem,
    ProgressNote,
    Project,
    Task,
    TaskTemplate,
    UnreviewedWork,
    Voice,
)
from projects.services.endorsements import count_endorsements

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
        found_place=None,
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


def _erase_voices(ids: Sequence[UUID]) -> None:
    Voice.objects.filter(author_id__in=ids).update(
        words="",
        translation="",
        role="",
        place="",
        is_public=False,
        withdrawn_by=Coalesce("withdrawn_by", F("author")),
        withdrawn_at=Coalesce("withdrawn_at", Now()),
    )


def _export_voices(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Voice.objects.filter(author_id__in=ids).values(
        "words", "translation", "role", "place", "consent", "consented_on", "is_public", "created_at", "withdrawn_at"
    )


def _erase_endorsements(ids: Sequence[UUID]) -> None:
    rows = Endorsement.objects.filter(subject_id__in=ids)
    problem_ids = list(rows.values_list("problem_id", flat=True))
    rows.delete()
    count_endorsements(problem_ids)


def _export_endorsements(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Endorsement.objects.filter(subject_id__in=ids).values("problem__title", "kind", "created_at")


def _erase_templates(ids: Sequence[UUID]) -> None:
    """Templates are the guild's; the row keeps a random id."""


def _export_templates(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return TaskTemplate.objects.filter(author_id__in=ids).values("title", "description", "created_at")


def _erase_progress(ids: Sequence[UUID]) -> None:
    ProgressNote.objects.filter(author_id__in=ids).update(words=ERASED, link="")


def _export_progress(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return ProgressNote.objects.filter(author_id__in=ids).values("words", "link", "percent", "created_at")


def _keep_counts(ids: Sequence[UUID]) -> None:
    """A number per random id; it goes when nothing of it waits."""


def _export_counts(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return UnreviewedWork.objects.filter(subject_id__in=ids).values("guild__name", "pieces")


def register() -> None:
    """Fill the registry."""
    holds_nothing_personal(Place, "towns as GeoNames lists them")
    register_personal_data(Problem, erase=_erase_problems, export=_export_problems)
    register_personal_data(Project, erase=_erase_projects, export=_export_projects)
    register_personal_data(Task, erase=_erase_tasks, export=_export_tasks)
    register_personal_data(Voice, erase=_erase_voices, export=_export_voices)
    register_personal_data(Endorsement, erase=_erase_endorsements, export=_export_endorsements)
    register_personal_data(UnreviewedWork, erase=_keep_counts, export=_export_counts)
    register_personal_data(TaskTemplate, erase=_erase_templates, export=_export_templates)
    register_personal_data(ProgressNote, erase=_erase_progress, export=_export_progress)
