"""Second looks over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from contributions.models import SecondLook
from contributions.queries.looks import waiting_looks
from contributions.services.looks import look_again
from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import FlagField
from core.api.paging import Listing, Order, cut
from core.api.shapes import Shape
from core.errors import PermissionRefused
from guilds.api.reach import own_ids
from guilds.queries import guilds_reviewed_by

_OLDEST = Order(("asked_at", "pk"), (datetime.fromisoformat, UUID))


class SecondLookShape(Shape):
    """An approval that waits for a second reviewer. `id` is that of the verdict."""

    id = serializers.UUIDField(source="pk")
    guild = serializers.SlugField(source="guild.slug")
    hours = serializers.UUIDField(source="contribution_id")
    task_title = serializers.CharField(source="contribution.task.title")
    why = serializers.ChoiceField(choices=SecondLook.Why.choices)
    outcome = serializers.ChoiceField(choices=SecondLook.Outcome.choices)
    minutes_approved = serializers.IntegerField(source="review.minutes_approved")
    rubric = serializers.IntegerField(source="review.rubric")
    asked_at = serializers.DateTimeField()


class LookingShape(Shape):
    """`agrees` false needs a reason; a panel decides then."""

    agrees = FlagField()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class SecondLooks(Endpoint):
    """What waits for a second reviewer."""

    @reads("list_second_looks", SecondLookShape, order=_OLDEST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List others' approvals that wait for your second look, the oldest first. For reviewers."""
        ids, guilds = _reviewer(request)
        rows = waiting_looks(ids, guilds)
        if values["after"]:
            asked_at, pk = values["after"]
            rows = rows.filter(asked_at__gte=asked_at).exclude(asked_at=asked_at, pk__lte=pk)
        return cut(list(rows[: values["limit"] + 1]), values["limit"], ["asked_at", "pk"])


class Looking(Endpoint):
    """Looking at one."""

    @writes("look_again", scope="reviews:write", body=LookingShape, answer=SecondLookShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> SecondLook:
        """Agree with an approval, or doubt it with reasons: then a panel decides."""
        _ids, guilds = _reviewer(request)
        with_it = ("contribution__task", "review", "guild")
        look = get_object_or_404(SecondLook.objects.select_related(*with_it), pk=pk, guild_id__in=guilds)
        look_again(look=look, by=request.user.subject, now=timezone.now(), **values)
        return SecondLook.objects.select_related(*with_it).get(pk=pk)


def _reviewer(request: Request) -> tuple[Any, list[UUID]]:
    ids = own_ids(request)
    guilds = guilds_reviewed_by(ids, timezone.now())
    if not guilds:
        raise PermissionRefused(
            _("Only reviewers have a queue. A steward of your guild can make you one, and so does enough standing.")
        )
    return ids, guilds
