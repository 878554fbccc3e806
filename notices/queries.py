"""Reads of the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from notices.models import Notice


def inbox(subject_ids: Sequence[UUID]) -> QuerySet[Notice]:
    """A person's notices, newest first; pass every linked subject id."""
    return Notice.objects.filter(subject_id__in=subject_ids).order_by("-id")
