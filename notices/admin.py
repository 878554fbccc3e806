"""Notices in the admin site: that they arrived, not what they say."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from notices.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Which kinds reached whom when; the inbox itself is its owner's."""

    list_display = ("kind", "subject_id", "created_at", "read_at")
    list_filter = ("kind",)
    exclude = ("params", "url")
