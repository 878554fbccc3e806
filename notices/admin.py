"""Notices in the admin site: that they arrived, not what they say."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from notices.models import Mail, MailChoices, Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Which kinds reached whom when; the inbox itself is its owner's."""

    list_display = ("kind", "subject_id", "created_at", "read_at")
    list_filter = ("kind",)
    exclude = ("params", "url")


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """Which mails went to whom, and how each ended; /ops/ has the buttons."""

    list_display = ("kind", "period", "subject_id", "state", "why", "attempts", "tried_at", "ended_at")
    list_filter = ("state", "why", "kind")


@admin.register(MailChoices)
class MailChoicesAdmin(ReadOnlyAdmin):
    """What people want to hear of."""

    list_display = ("subject_id", "wants_digest", "changed_at")
