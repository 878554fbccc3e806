"""Guilds in the admin site: to look at."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from guilds.models import Grant, Guild, Membership, Policy


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
