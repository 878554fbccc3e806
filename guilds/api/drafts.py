"""The draft of a guild's next rules over the API. Trying it on the past is `contributions.api.simulation`."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import ModelShape
from core.api.shapes import Shape
from core.api.versions import SeenShape, VersionShape
from guilds.api.guilds import SCOPE
from guilds.api.reach import guild_for
from guilds.api.shapes import ChangedNumbersShape, PolicyShape
from guilds.models import NUMBERS, Guild, Policy, PolicyDraft
from guilds.permissions import check_steward
from guilds.services import discard_policy_draft, publish_policy_draft, save_policy_draft
from guilds.services.drafts import DRAFT_FIELDS


class PolicyDraftShape(VersionShape, ModelShape):
    """A draft of a guild's next rules. It may follow version `based_on` and no other; kept again, it follows the latest."""

    version_of = DRAFT_FIELDS

    class Meta:
        model = PolicyDraft
        fields = ("id", "state", "based_on", "reason", "made_at", "saved_at", "closed_at", "version", *NUMBERS)


class NewDraftShape(SeenShape, ChangedNumbersShape):
    """What the draft says; what isn't sent stays as the draft has it, or the latest version."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=600)

    class Meta:
        model = Policy
        fields = ("seen", "reason", *NUMBERS)


class PublishShape(Shape):
    """From when the next version holds (without it: at once), and which `version` of the draft you read."""

    effective_at = serializers.DateTimeField(required=False)
    seen = serializers.CharField(required=False, max_length=40, default="")


class Draft(Endpoint):
    """The draft of the next rules, which all stewards share."""

    @reads("read_policy_draft", PolicyDraftShape)
    def get(self, request: Request, slug: str) -> PolicyDraft:
        """Read the open draft of a guild's next rules. For its stewards; 404 while there is none."""
        return open_draft(request, slug)

    @writes("save_policy_draft", scope=SCOPE, body=NewDraftShape, answer=PolicyDraftShape)
    def put(self, request: Request, slug: str, values: dict[str, Any]) -> PolicyDraft:
        """Keep numbers and a reason as the draft of a guild's next rules. Nothing holds yet. For its stewards."""
        saved = save_policy_draft(guild=guild_for(request, slug), by=request.user.subject, now=timezone.now(), **values)
        saved.refresh_from_db()
        return saved


class Discarding(Endpoint):
    """Putting a draft away."""

    @writes("discard_policy_draft", scope=SCOPE, answer=PolicyDraftShape)
    def post(self, request: Request, slug: str) -> PolicyDraft:
        """Put the open draft away; the rules stay as they are. For stewards of the guild."""
        return discard_policy_draft(draft=open_draft(request, slug), by=request.user.subject, now=timezone.now())


class Publishing(Endpoint):
    """Making a draft the next version."""

    @writes("publish_policy_draft", scope=SCOPE, body=PublishShape, answer=PolicyShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Policy:
        """Publish the open draft as the next version of the guild's rules; it needs a reason. For its stewards."""
        draft = open_draft(request, slug)
        return publish_policy_draft(draft=draft, by=request.user.subject, now=timezone.now(), **values)


def open_draft(request: Request, slug: str) -> PolicyDraft:
    """The open draft of a guild, for its stewards. Raises PermissionRefused, Http404."""
    guild: Guild = guild_for(request, slug)
    check_steward(request.user.subject, guild, timezone.now())
    return get_object_or_404(PolicyDraft.objects.select_related("guild"), guild=guild, state=PolicyDraft.State.OPEN)
