"""The admin site shows; it does not change: every change goes through a service, which checks, locks and tells of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows of a model for a hub steward's eyes."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Things are made by the services, on their own pages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """States and words change on the pages, where rights are checked and history is kept."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing here is deleted: guilds close, problems are parked, people are erased by a command."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Every hub steward may look; the site itself lets nobody else in."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The app stands in the list for whoever may look."""
        return self.has_view_permission(request)
