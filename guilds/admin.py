"""Guilds in the admin site: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin
from guilds.models import (
    Closing,
    Grant,
    Guild,
    GuildExport,
    Handover,
    InvitationList,
    InviteLink,
    JoinRequest,
    Membership,
    Policy,
    PolicyDraft,
)


@admin.register(Guild)
class GuildAdmin(ReadOnlyAdmin):
    """Guilds with their state."""

    list_display = ("name", "slug", "state", "timezone", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "slug")


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Who belongs where since when, by random id."""

    list_display = ("guild", "subject_id", "joined_at", "left_at")
    list_select_related = ("guild",)
    list_filter = ("guild",)


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    """Rights, who gave them and until when."""

    list_display = ("guild", "right", "subject_id", "given_by_id", "starts_at", "ends_at", "revoked_at")
    list_select_related = ("guild",)
    list_filter = ("right", "guild")


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    """Every version of every guild's numbers."""

    list_display = ("guild", "version", "effective_at", "points_per_hour")
    list_select_related = ("guild",)
    list_filter = ("guild",)


@admin.register(PolicyDraft)
class PolicyDraftAdmin(ReadOnlyAdmin):
    """Drafts of guilds' next numbers."""

    list_display = ("guild", "state", "based_on", "saved_at", "closed_at")
    list_select_related = ("guild",)
    list_filter = ("state", "guild")


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnlyAdmin):
    """Who asked to join, and the answer; the words are for the guild's stewards."""

    list_display = ("guild", "subject_id", "asked_at", "answer", "answered_at")
    list_select_related = ("guild",)
    list_filter = ("answer", "guild")
    exclude = ("words", "reason")


@admin.register(InviteLink)
class InviteLinkAdmin(ReadOnlyAdmin):
    """Links that let people in, and how many they let in."""

    list_display = ("guild", "made_by_id", "made_at", "expires_at", "uses", "uses_most", "revoked_at")
    list_select_related = ("guild",)
    list_filter = ("guild",)
    exclude = ("token_hash",)


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin):
    """Offers to become steward in somebody's place."""

    list_display = ("guild", "offered_by_id", "offered_to_id", "offered_at", "answer")
    list_select_related = ("guild",)


@admin.register(Closing)
class ClosingAdmin(ReadOnlyAdmin):
    """Proposals to close a guild."""

    list_display = ("guild", "proposed_by_id", "proposed_at", "answer", "answered_by_id", "answered_at")
    list_select_related = ("guild",)


@admin.register(GuildExport)
class GuildExportAdmin(ReadOnlyAdmin):
    """Files with everything of a guild: that they were made, not what is in them."""

    list_display = ("guild", "has_names", "asked_by_id", "asked_at", "state", "attempts")
    list_select_related = ("guild",)
    exclude = ("data",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[GuildExport]:
        """Without the files, which nobody looks at here."""
        return super().get_queryset(request).defer("data")


@admin.register(InvitationList)
class InvitationListAdmin(ReadOnlyAdmin):
    """Lists of people who are invited: how far they are, and nobody's address."""

    list_display = ("guild", "made_by_id", "made_at", "state", "trouble", "started_at", "ends_at", "seen_at")
    list_select_related = ("guild",)
    list_filter = ("state", "guild")
    exclude = ("fingerprint",)
