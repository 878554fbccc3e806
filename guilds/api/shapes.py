"""What the API sends and takes about guilds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.fields import LanguageField, ModelShape, ZoneField
from core.api.shapes import Shape
from guilds.forms import LONGEST_GRANT, RESERVED_SLUGS
from guilds.models import Grant, Guild, Policy


class GuildShape(ModelShape):
    """A guild. `is_mine`: whether you belong to it."""

    member_count = serializers.IntegerField()
    is_mine = serializers.BooleanField()

    class Meta:
        model = Guild
        fields = ("slug", "name", "summary", "timezone", "language", "state", "created_at", "member_count", "is_mine")


class NewGuildShape(ModelShape):
    """A guild that you propose; a steward of the hub opens it."""

    timezone = ZoneField(default="UTC")
    language = LanguageField(default="en")

    class Meta:
        model = Guild
        fields = ("slug", "name", "summary", "timezone", "language")

    def validate_slug(self, slug: str) -> str:
        """An address of a guild that is no page of its own."""
        if slug in RESERVED_SLUGS:
            raise serializers.ValidationError(_("This address is a page already. Choose another one."))
        return slug


class GuildsQuery(Shape):
    """What narrows the list of guilds."""

    state = serializers.ChoiceField(choices=Guild.State.choices, required=False)


class MemberShape(Shape):
    """Somebody who belongs to a guild. `id` is told to its stewards alone, who need it to give rights."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    joined_at = serializers.DateTimeField()


class GrantShape(Shape):
    """A right that somebody holds in a guild. Names are for members, ids for stewards."""

    id = serializers.UUIDField(source="pk")
    right = serializers.ChoiceField(choices=Grant.Right.choices)
    member = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class NewGrantShape(Shape):
    """A right for a member, until a moment (null: until a steward takes it back)."""

    member = serializers.UUIDField()
    right = serializers.ChoiceField(choices=Grant.Right.choices)
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate_ends_at(self, moment: datetime | None) -> datetime | None:
        """Within what a calendar of rights holds."""
        if moment and moment > timezone.now() + LONGEST_GRANT:
            raise serializers.ValidationError(_("Choose a day within the next ten years, or leave it empty."))
        return moment


class FirstStewardShape(Shape):
    """Who becomes the first steward of a guild that is opened."""

    steward = serializers.UUIDField()


class PolicyShape(ModelShape):
    """The numbers by which a guild counts work. Factors are decimals, as text."""

    class Meta:
        model = Policy
        exclude = ("id", "guild", "published_by")


class NewPolicyShape(ModelShape):
    """What changes; every number left out stays as it is. Without `effective_at` it takes effect now."""

    effective_at = serializers.DateTimeField(required=False)

    class Meta:
        model = Policy
        exclude = ("id", "guild", "published_by", "version")

    def get_fields(self) -> dict[str, Any]:
        """Nothing is needed: what isn't sent is not changed, so nothing has a value to begin with either."""
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            field.required, field.default = False, serializers.empty
        return fields


class SeatShape(Shape):
    """A guild of yours, and the rights you hold in it by grant."""

    guild = serializers.SlugField()
    name = serializers.CharField()
    joined_at = serializers.DateTimeField()
    rights = serializers.ListField(child=serializers.ChoiceField(choices=Grant.Right.choices))
    may_review = serializers.BooleanField(help_text="By a right, or by standing.")


class SeatsShape(Shape):
    """All of them."""

    items = SeatShape(many=True)
