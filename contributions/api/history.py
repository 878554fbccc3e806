"""A project's imported history over the API: bring a file, have it read, accept what it holds. For maintainers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from contributions.history.reading import FILE_BYTES_MOST
from contributions.models import HistoryAcceptance, HistoryImport
from contributions.permissions import check_can_import
from contributions.queries.history import proposed_people
from contributions.services.history import take_back_import
from contributions.services.history_acceptance import start_acceptance
from contributions.services.history_uploads import count_upload, discard_import, start_import, upload_history
from core.api.endpoints import Endpoint, reads, writes
from core.api.paging import Listing, Order, page
from core.api.parsing import FileParser
from core.api.shapes import Shape
from guilds.api.reach import own_ids
from projects.models import Project

SCOPE = "projects:write"
_NEWEST = Order(("-pk",), (UUID,))


class HistoryParser(FileParser):
    """A file of commits, one JSON document a line, plain or packed with gzip."""

    bytes_most = FILE_BYTES_MOST


class HistoryShape(Shape):
    """A history that was brought: how far it is, and what it holds. `summary` counts the whole of it."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(choices=HistoryImport.State.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)
    summary = serializers.DictField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ProposedShape(Shape):
    """An author's sessions that wait to be accepted; minutes are estimated. Nobody accepts their own."""

    subject = serializers.UUIDField(source="subject_id")
    name = serializers.CharField(allow_blank=True)
    sessions = serializers.IntegerField()
    commits = serializers.IntegerField()
    minutes = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    is_own = serializers.BooleanField()


class ProposedListShape(Shape):
    """All of them, most time first."""

    items = ProposedShape(many=True)


class AcceptingShape(Shape):
    """Whose sessions; left out: everybody's but your own."""

    subject = serializers.UUIDField(required=False, allow_null=True, default=None)


class AcceptanceShape(Shape):
    """How far the crediting is."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(choices=HistoryAcceptance.State.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    points = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class Histories(Endpoint):
    """Histories of a project."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count a file before it is looked at, and outside the transaction that a refusal rolls back."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            count_upload(by=request.user.subject, now=timezone.now())

    @reads("list_histories", HistoryShape, order=_NEWEST)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List the histories that were brought to a project, the newest first."""
        return page(_imports(project_for(request, slug)), _NEWEST, **values)

    @writes("upload_history", scope=SCOPE, answer=HistoryShape, parser=HistoryParser, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> HistoryImport:
        """Bring a file of at most 10 MB; it is kept until you have it read or throw it away."""
        return upload_history(
            project=project_for(request, slug),
            by=request.user.subject,
            file_name="",
            data=values["data"],
            now=timezone.now(),
        )


class OneHistory(Endpoint):
    """One of them."""

    @reads("read_history", HistoryShape)
    def get(self, request: Request, slug: str, pk: UUID) -> HistoryImport:
        """Read how far a history is."""
        return history_for(request, slug, pk)


class Starting(Endpoint):
    """Having it read."""

    @writes("start_import", scope=SCOPE, answer=HistoryShape)
    def post(self, request: Request, slug: str, pk: UUID) -> HistoryImport:
        """Have an uploaded history read in the background."""
        row = history_for(request, slug, pk)
        return start_import(history_import=row, by=request.user.subject, now=timezone.now())


class Discarding(Endpoint):
    """Throwing it away."""

    @writes("discard_import", scope=SCOPE, answer=HistoryShape)
    def post(self, request: Request, slug: str, pk: UUID) -> HistoryImport:
        """Throw an uploaded history away; nothing of the file is kept."""
        discard_import(history_import=history_for(request, slug, pk), by=request.user.subject, now=timezone.now())
        return history_for(request, slug, pk)


class TakingBack(Endpoint):
    """Taking it out again."""

    @writes("take_back_import", scope=SCOPE, answer=HistoryShape)
    def post(self, request: Request, slug: str, pk: UUID) -> HistoryImport:
        """Take a read history out again, as long as nothing of it was accepted."""
        take_back_import(history_import=history_for(request, slug, pk), by=request.user.subject, now=timezone.now())
        return history_for(request, slug, pk)


class Proposals(Endpoint):
    """What waits to be accepted."""

    @reads("list_proposed_sessions", ProposedListShape)
    def get(self, request: Request, slug: str) -> dict[str, Any]:
        """List the authors whose imported sessions wait to be accepted."""
        return {"items": proposed_people(project_for(request, slug).pk, own_ids(request))}

    @writes("start_acceptance", scope=SCOPE, body=AcceptingShape, answer=AcceptanceShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> HistoryAcceptance:
        """Accept proposed sessions, of one author or all but your own; they are credited in the background."""
        return start_acceptance(
            project=project_for(request, slug),
            by=request.user.subject,
            now=timezone.now(),
            subject_id=values["subject"],
        )


def project_for(request: Request, slug: str) -> Project:
    """A project whose history the sender looks after. Raises Http404, PermissionRefused."""
    project = get_object_or_404(Project.objects.select_related("guild"), slug=slug)
    check_can_import(request.user.subject, project.guild, timezone.now())
    return project


def history_for(request: Request, slug: str, pk: UUID) -> HistoryImport:
    """One history of a project; raises Http404, also for another project's."""
    return get_object_or_404(_imports(project_for(request, slug)), pk=pk)


def _imports(project: Project) -> QuerySet[HistoryImport]:
    return project.history_imports.select_related("project__guild").defer("data")
