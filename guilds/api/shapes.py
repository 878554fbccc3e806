"""What the API sends and takes about guilds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.fields import FlagField, LanguageField, ModelShape, ZoneField
from core.api.shapes import Shape
from core.api.versions import SeenShape, VersionShape
from guilds.forms import LONGEST_GRANT, RESERVED_SLUGS
from guilds.models import NUMBERS, Grant, Guild, GuildExport, InviteLink, Policy
from guilds.roles import ROLE_CHOICES
from guilds.services.founding import GUILD_FIELDS

#: As on the page where they are set: what a calendar and a week can still reckon with.
NUMBERS_MOST = 10_000


class GuildShape(VersionShape, ModelShape):
    """A guild. `is_mine`: whether you belong to it."""

    member_count = serializers.IntegerField()
    is_mine = serializers.BooleanField()
    version_of = GUILD_FIELDS

    class Meta:
        model = Guild
        fields = (
            "id", "slug", "name", "summary", "contact", "timezone", "language", "state", "joining", "is_low_assurance",
            "created_at", "member_count", "is_mine", "version",
        )  # fmt: skip


class NewGuildShape(ModelShape):
    """A guild that you propose; a steward of the hub opens it."""

    timezone = ZoneField(default="UTC")
    language = LanguageField(default="en")

    class Meta:
        model = Guild
        fields: tuple[str, ...] = ("slug", "name", "summary", "contact", "timezone", "language")

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


class GuildWordsShape(SeenShape, ModelShape):
    """What an open guild says about itself; what isn't sent stays as it is."""

    language = LanguageField(required=False)

    class Meta:
        model = Guild
        fields = ("seen", *GUILD_FIELDS)


class FirstStewardShape(Shape):
    """Who becomes the first steward of a guild that is opened."""

    steward = serializers.UUIDField()


class PolicyShape(ModelShape):
    """The numbers by which a guild counts work. Factors are decimals, as text."""

    class Meta:
        model = Policy
        exclude = ("id", "guild", "published_by")


class ChangedNumbersShape(ModelShape):
    """What changes of a policy's numbers; every number left out stays as it is."""

    class Meta:
        model = Policy
        fields: tuple[str, ...] = NUMBERS

    def get_fields(self) -> dict[str, Any]:
        """Nothing is needed: what isn't sent is not changed, so nothing has a value to begin with either."""
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            field.required, field.default = False, serializers.empty
            if isinstance(field, serializers.IntegerField):
                field.max_value = NUMBERS_MOST
                field.validators.append(MaxValueValidator(NUMBERS_MOST))
        return fields


class NewPolicyShape(ChangedNumbersShape):
    """What changes; every number left out stays as it is. Without `effective_at` it takes effect now."""

    effective_at = serializers.DateTimeField(required=False)

    class Meta:
        model = Policy
        fields = ("effective_at", *NUMBERS)


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


class AskShape(Shape):
    """A word about you, which the guild's stewards read."""

    words = serializers.CharField(required=False, allow_blank=True, max_length=600, default="")


class JoinRequestShape(Shape):
    """Somebody's wish to join a guild. `name` is for the guild's stewards; an empty `answer`: it waits."""

    id = serializers.UUIDField(source="pk")
    guild = serializers.SlugField(source="guild.slug")
    name = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class JoinAnswerShape(Shape):
    """Whether they are let in; declining needs a reason."""

    is_accepted = FlagField()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=600, default="")


class JoiningShape(Shape):
    """How people join from now on."""

    joining = serializers.ChoiceField(choices=Guild.Joining.choices)


class InviteSecretShape(Shape):
    """The last part of a link's address."""

    token = serializers.CharField(max_length=200)


class InviteShape(ModelShape):
    """A link that lets people in. Its secret was shown once, on the page, and isn't kept."""

    class Meta:
        model = InviteLink
        fields = ("id", "made_at", "expires_at", "uses_most", "uses", "revoked_at")


class RolesShape(Shape):
    """With what kinds of help you want to take part."""

    roles = serializers.ListField(child=serializers.ChoiceField(choices=ROLE_CHOICES), max_length=len(ROLE_CHOICES))


class MemberIdShape(Shape):
    """Which member."""

    member = serializers.UUIDField()


class OfferShape(Shape):
    """An offer to become steward in somebody's place; an empty `answer`: it waits."""

    id = serializers.UUIDField(source="pk")
    guild = serializers.SlugField(source="guild.slug")
    offered_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True)


class WhyShape(Shape):
    """A reason that others read."""

    reason = serializers.CharField(max_length=600)


class ClosingShape(Shape):
    """A proposal to close a guild; an empty `answer`: it waits for a second person."""

    id = serializers.UUIDField(source="pk")
    guild = serializers.SlugField(source="guild.slug")
    reason = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True)


class NewExportShape(Shape):
    """Whether the file names people, which is for stewards."""

    has_names = FlagField(required=False, default=False)


class GuildExportShape(Shape):
    """A file with everything of a guild; `url` is the page from which it is taken when it is ready."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(choices=GuildExport.State.choices)
    has_names = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    url = serializers.CharField()
