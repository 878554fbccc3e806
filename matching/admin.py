"""Answers in the admin site: that somebody was asked, not what they said."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from matching.models import Availability


@admin.register(Availability)
class AvailabilityAdmin(ReadOnlyAdmin):
    """How many answered, and when."""

    list_display = ("subject_id", "answered_at")
    fields = ("subject", "answered_at")
