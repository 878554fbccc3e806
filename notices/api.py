"""The API of the inbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.queries import ids_of
from core.api.endpoints import Endpoint, reads, writes
from core.api.paging import Listing, Order, page
from core.api.shapes import Shape
from notices.kinds import sentence
from notices.models import MailChoices
from notices.queries import choices_of, inbox
from notices.services import mark_inbox_read, save_mail_choices
from notices.topics import MUTABLE

_NEWEST = Order(("-pk",), (UUID,))


class NoticeShape(Shape):
    """One thing that happened; `text` says it in the language you ask for (Accept-Language)."""

    id = serializers.UUIDField(source="pk")
    kind = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField(allow_blank=True, help_text="The page it leads to.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class CountShape(Shape):
    """How many."""

    count = serializers.IntegerField()


class MailChoicesShape(Shape):
    """What you hear of besides your inbox. Muted topics still go into it, marked as read."""

    wants_digest = serializers.BooleanField()
    muted = serializers.ListField(child=serializers.ChoiceField(choices=MUTABLE), max_length=len(MUTABLE))


class MailChoicesWordsShape(Shape):
    """What changes; what isn't sent stays as it is."""

    wants_digest = serializers.BooleanField(required=False)
    muted = serializers.ListField(
        child=serializers.ChoiceField(choices=MUTABLE), required=False, max_length=len(MUTABLE)
    )


class Inbox(Endpoint):
    """What happened."""

    @reads("list_inbox", NoticeShape, order=_NEWEST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List your notices, the newest first."""
        found = page(inbox(ids_of(request.user)), _NEWEST, **values)
        for notice in found.items:
            notice.text = sentence(notice.kind, notice.params)
        return found


class Reading(Endpoint):
    """Having read it."""

    @writes("mark_inbox_read", scope="account:write", answer=CountShape)
    def post(self, request: Request) -> dict[str, int]:
        """Mark all of your notices as read."""
        return {"count": mark_inbox_read(by=request.user.subject, now=timezone.now())}


class Choices(Endpoint):
    """What you hear of."""

    @reads("read_mail_choices", MailChoicesShape)
    def get(self, request: Request) -> MailChoices:
        """Read what you want to hear of."""
        return choices_of(request.user.subject_id)

    @writes(
        "save_mail_choices", scope="account:write", body=MailChoicesWordsShape, answer=MailChoicesShape, is_partial=True
    )
    def patch(self, request: Request, values: dict[str, Any]) -> MailChoices:
        """Stop or start the mail on Mondays, and mute topics."""
        return save_mail_choices(by=request.user.subject, now=timezone.now(), **values)


urlpatterns = [
    path("me/inbox", Inbox.as_view()),
    path("me/inbox/read", Reading.as_view()),
    path("me/notices", Choices.as_view()),
]
