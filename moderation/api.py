"""The API of moderation: to report, to decide, to appeal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import AddressFlagField, FlagField
from core.api.paging import Listing, Order, page
from core.api.shapes import Shape
from core.errors import PermissionRefused
from core.written import Concern, written_kinds
from moderation.models import Case
from moderation.queries import about_steward, cases_of, moderator_of
from moderation.rules import WAITS
from moderation.services import (
    appeal_case,
    dismiss_case,
    hide_writing,
    report_writing,
    settle_appeal,
    show_writing,
)

SCOPE = "moderation:write"
_OLDEST = Order(("opened_at", "pk"), (datetime.fromisoformat, UUID))


class CaseShape(Shape):
    """Something that was reported. `title` is for its author and for moderators; `url` is its page."""

    id = serializers.UUIDField(source="pk")
    kind = serializers.CharField()
    about = serializers.UUIDField(source="object_id")
    title = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=Case.State.choices)
    concern = serializers.ChoiceField(choices=Concern.choices, allow_blank=True)
    opened_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    appealed_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(source="get_absolute_url")


class ReportShape(Shape):
    """What is wrong with something that somebody wrote. `kind` says what `about` is the id of."""

    kind = serializers.CharField(max_length=20, help_text="Such as problem, project, task, voice, guild, contribution.")
    about = serializers.UUIDField()
    concern = serializers.ChoiceField(choices=Concern.choices)
    words = serializers.CharField(required=False, allow_blank=True, max_length=1000, default="")

    def validate_kind(self, kind: str) -> str:
        """A kind of writing that this hub knows."""
        if kind not in written_kinds():
            raise serializers.ValidationError(_("There is nothing of this kind here."))
        return kind


class ReportedShape(Shape):
    """Since when your report waits."""

    case = serializers.UUIDField(source="case_id")
    concern = serializers.ChoiceField(choices=Concern.choices)
    reported_at = serializers.DateTimeField()


class HidingShape(Shape):
    """Why words are taken from every page."""

    concern = serializers.ChoiceField(choices=Concern.choices)
    reason = serializers.CharField(max_length=2000)


class CaseReasonShape(Shape):
    """Why; the people concerned read it."""

    reason = serializers.CharField(max_length=2000)


class SettlingShape(Shape):
    """Whether the words stay hidden, and why."""

    is_upheld = FlagField()
    reason = serializers.CharField(max_length=2000)


class CasesQuery(Shape):
    """Which cases: those that wait (also the default), or those that were decided."""

    waits = AddressFlagField(required=False, default=True)


class Reporting(Endpoint):
    """Reporting."""

    @writes("report_writing", scope=SCOPE, body=ReportShape, answer=ReportedShape, status=201)
    def post(self, request: Request, values: dict[str, Any]) -> Any:
        """Tell the moderators that something is wrong with what somebody wrote."""
        about = values.pop("about")
        return report_writing(object_id=about, by=request.user.subject, now=timezone.now(), **values)


class Cases(Endpoint):
    """A moderator's queue."""

    @reads("list_cases", CaseShape, query=CasesQuery, order=_OLDEST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List what was reported, the oldest first. For stewards."""
        now = timezone.now()
        moderator = moderator_of(request.user, now)
        if not moderator.is_any:
            raise PermissionRefused(
                _("Only stewards look after what was reported. A steward of your guild can make you one.")
            )
        rows = cases_of(moderator, now).defer("kept_words")
        waiting = {"state__in": sorted(WAITS)}
        rows = rows.filter(**waiting) if values.pop("waits") else rows.exclude(**waiting)
        return page(rows, _OLDEST, **values)


class OneCase(Endpoint):
    """One case."""

    @reads("read_case", CaseShape)
    def get(self, request: Request, pk: UUID) -> Case:
        """Read a case that you decide, reported, or wrote the words of."""
        return case_for(request, pk)


class Hiding(Endpoint):
    """Hiding words."""

    @writes("hide_writing", scope=SCOPE, body=HidingShape, answer=CaseShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Case:
        """Take reported words from every page, with a reason. For stewards."""
        return hide_writing(case=case_for(request, pk), by=request.user.subject, now=timezone.now(), **values)


class Dismissing(Endpoint):
    """Leaving words as they are."""

    @writes("dismiss_case", scope=SCOPE, body=CaseReasonShape, answer=CaseShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Case:
        """Leave reported words as they are, with a reason. For stewards."""
        return dismiss_case(case=case_for(request, pk), by=request.user.subject, now=timezone.now(), **values)


class Showing(Endpoint):
    """Showing words again."""

    @writes("show_writing", scope=SCOPE, body=CaseReasonShape, answer=CaseShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Case:
        """Show hidden words again, with a reason. For stewards."""
        return show_writing(case=case_for(request, pk), by=request.user.subject, now=timezone.now(), **values)


class Appealing(Endpoint):
    """Appealing."""

    @writes("appeal_case", scope=SCOPE, body=CaseReasonShape, answer=CaseShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Case:
        """Ask that somebody else looks again at words of yours that were hidden; once, within 30 days."""
        words = values["reason"]
        return appeal_case(case=case_for(request, pk), by=request.user.subject, words=words, now=timezone.now())


class Settling(Endpoint):
    """Deciding an appeal."""

    @writes("settle_appeal", scope=SCOPE, body=SettlingShape, answer=CaseShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Case:
        """Decide an appeal, with a reason. For a steward who didn't hide the words."""
        return settle_appeal(case=case_for(request, pk), by=request.user.subject, now=timezone.now(), **values)


def case_for(request: Request, pk: UUID) -> Case:
    """A case as its moderators, its author or its reporters may see it, as on its page. Raises Http404 for others."""
    now = timezone.now()
    found = get_object_or_404(Case.objects.annotate(is_about_steward=about_steward(now)), pk=pk)
    moderator = moderator_of(request.user, now)
    is_told = found.author_id in moderator.ids and found.state not in (Case.State.WAITING, Case.State.DISMISSED)
    is_reporter = found.reports.filter(reporter_id__in=moderator.ids).exists()
    if not (moderator.looks_after(found) or is_told or is_reporter):
        raise Http404
    if not (moderator.looks_after(found) or is_told):
        found.title = ""
    return found


urlpatterns = [
    path("reports", Reporting.as_view()),
    path("cases", Cases.as_view()),
    path("cases/<uuid:pk>", OneCase.as_view()),
    path("cases/<uuid:pk>/hide", Hiding.as_view()),
    path("cases/<uuid:pk>/dismiss", Dismissing.as_view()),
    path("cases/<uuid:pk>/show", Showing.as_view()),
    path("cases/<uuid:pk>/appeal", Appealing.as_view()),
    path("cases/<uuid:pk>/settle", Settling.as_view()),
]
