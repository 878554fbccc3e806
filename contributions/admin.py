"""Hours, verdicts and imports in the admin site: to look at. Notes, links and reviewers' words are not for every steward."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from contributions.models import Contribution, HistoryAcceptance, HistoryImport, PolicySimulation, Review
from core.admin import ReadOnlyAdmin


@admin.register(Contribution)
class ContributionAdmin(ReadOnlyAdmin):
    """Work that was handed in, without what shows it; a draft is its owner's alone, here too."""

    list_display = ("task", "project", "state", "source", "submitted_at", "minutes_credited", "points")
    list_select_related = ("task", "project")
    list_filter = ("state", "source", "guild")
    exclude = ("note", "link", "client_id", "payload_hash")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contribution]:
        """All that somebody else may know of."""
        return super().get_queryset(request).exclude(state__in=[Contribution.State.DRAFT, Contribution.State.WITHDRAWN])


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """Verdicts without their words."""

    list_display = ("contribution_id", "verdict", "basis", "rubric", "minutes_approved", "points_paid", "decided_at")
    list_filter = ("verdict", "basis")
    exclude = ("reason", "next_step")


@admin.register(HistoryImport)
class HistoryImportAdmin(ReadOnlyAdmin):
    """Histories that were brought, and how far their reading came."""

    list_display = ("project", "state", "done", "total", "attempts", "created_at", "finished_at")
    list_select_related = ("project",)
    list_filter = ("state",)
    exclude = ("data", "file_name")


@admin.register(HistoryAcceptance)
class HistoryAcceptanceAdmin(ReadOnlyAdmin):
    """Bulk acceptances, and how far their crediting came."""

    list_display = ("project", "state", "done", "total", "points", "created_at", "finished_at")
    list_select_related = ("project",)
    list_filter = ("state",)


@admin.register(PolicySimulation)
class PolicySimulationAdmin(ReadOnlyAdmin):
    """Drafts of policies that were tried on the past, and how far that came."""

    list_display = ("draft", "state", "since", "verdicts_done", "verdicts_total", "attempts", "asked_at", "finished_at")
    list_select_related = ("draft",)
    list_filter = ("state",)
    exclude = ("result",)
