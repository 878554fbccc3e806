"""Patterns that wait for a steward, over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from contributions.models import IntegrityCase
from contributions.queries.patterns import cases_for
from contributions.services.patterns import close_integrity_case
from contributions.views.integrity import told
from core.api.endpoints import Endpoint, reads, writes
from core.api.paging import Listing, Order, cut
from core.api.shapes import Shape
from core.errors import PermissionRefused
from guilds.api.reach import own_ids
from guilds.queries import rights_of

_NEWEST = Order(("-found_at", "-pk"), (datetime.fromisoformat, UUID))


class IntegrityCaseShape(Shape):
    """A pattern of approvals to look at. `evidence` are the numbers of `said`; nothing follows from it by itself."""

    id = serializers.UUIDField(source="pk")
    guild = serializers.SlugField(source="guild.slug")
    kind = serializers.ChoiceField(choices=IntegrityCase.Kind.choices)
    state = serializers.ChoiceField(choices=IntegrityCase.State.choices)
    said = serializers.CharField()
    found_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField(allow_blank=True)


class FoundWordsShape(Shape):
    """What came of it, and what was found, in words for the other stewards."""

    outcome = serializers.ChoiceField(choices=["dismissed", "acted"])
    words = serializers.CharField(max_length=2000)


class IntegrityCases(Endpoint):
    """What waits for a steward."""

    @reads("list_integrity_cases", IntegrityCaseShape, order=_NEWEST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List patterns of approvals to look at in the guilds you look after, the newest first; none that is about you."""
        rows = _cases(request).order_by("-found_at", "-pk")
        if values["after"]:
            found_at, pk = values["after"]
            rows = rows.filter(found_at__lte=found_at).exclude(found_at=found_at, pk__gte=pk)
        found = [_told(row) for row in rows.exclude(subjects__overlap=list(own_ids(request)))[: values["limit"] + 1]]
        return cut(found, values["limit"], ["found_at", "pk"])


class ClosingCase(Endpoint):
    """Closing one."""

    @writes("close_integrity_case", scope="guilds:write", body=FoundWordsShape, answer=IntegrityCaseShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> IntegrityCase:
        """Say what you found: nothing is wrong, or you acted on it. For stewards whom it is not about."""
        case = _cases(request).filter(pk=pk).first()
        if case is None:
            raise Http404
        closed = close_integrity_case(case=case, by=request.user.subject, now=timezone.now(), **values)
        return _told(closed)


def _cases(request: Request) -> Any:
    if request.user.is_staff:
        return cases_for(None)
    rights = rights_of(own_ids(request), timezone.now())
    guilds = [guild for guild, held in rights.items() if "steward" in held]
    if not guilds:
        raise PermissionRefused(_("Only stewards see what waits here. A steward of your guild can make you one."))
    return cases_for(guilds)


def _told(case: IntegrityCase) -> IntegrityCase:
    case.said = told(case)
    return case
