"""The API of a person's own account. Tokens, addresses and erasing are left to the page, where its owner signs in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import ImportedIdentity, Profile, User
from accounts.queries import claims_open_to
from accounts.services import claim_identity, export_person, save_profile
from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import ModelShape, WebAddressField, ZoneField
from core.api.shapes import Shape

SCOPE = "account:write"


class ProfileShape(ModelShape):
    """What you tell about yourself, and what of it everybody may see."""

    handle = serializers.CharField(allow_null=True)
    links = serializers.ListField(child=serializers.CharField())
    is_hub_steward = serializers.BooleanField()

    class Meta:
        model = Profile
        fields: tuple[str, ...] = (
            "display_name", "handle", "timezone", "language", "is_name_public", "about", "links", "public_sections",
            "may_be_indexed", "is_hub_steward",
        )  # fmt: skip


class ProfileWordsShape(ModelShape):
    """What changes; what isn't sent stays as it is."""

    timezone = ZoneField(required=False)
    language = serializers.CharField(max_length=10, required=False, allow_blank=True)
    links = serializers.ListField(child=WebAddressField(max_length=300), required=False, max_length=5)
    public_sections = serializers.ListField(
        child=serializers.ChoiceField(choices=Profile.Section.choices), required=False, max_length=5
    )

    def validate_language(self, code: str) -> str:
        """One that this hub offers. Not a list in the schema: hubs differ, and the schema is one for all."""
        if code and code not in dict(settings.LANGUAGES):
            raise serializers.ValidationError(_("This hub doesn't speak that language."))
        return code

    class Meta(ProfileShape.Meta):
        fields = tuple(name for name in ProfileShape.Meta.fields if name != "is_hub_steward")


class ExportShape(Shape):
    """Everything this hub holds about you, by kind of row."""

    data = serializers.DictField(child=serializers.ListField(child=serializers.DictField()))


class ClaimableShape(Shape):
    """An author of an imported history whom your verified addresses prove to be you."""

    identity = serializers.UUIDField(source="pk")
    name = serializers.CharField()


class ClaimableListShape(Shape):
    """All of them."""

    items = ClaimableShape(many=True)


class IdentityClaimShape(Shape):
    """Which author you are."""

    identity = serializers.UUIDField()


class ClaimedShape(Shape):
    """Since when that author's work counts as yours."""

    identity = serializers.UUIDField(source="alias_id")
    linked_at = serializers.DateTimeField()


class Me(Endpoint):
    """Your profile."""

    @reads("read_me", ProfileShape)
    def get(self, request: Request) -> Profile:
        """Read your own profile."""
        return _profile(request.user)

    @writes("save_profile", scope=SCOPE, body=ProfileWordsShape, answer=ProfileShape, is_partial=True)
    def patch(self, request: Request, values: dict[str, Any]) -> Profile:
        """Change your profile."""
        if values.get("handle") == "":
            values["handle"] = None
        save_profile(subject=request.user.subject, now=timezone.now(), **values)
        return _profile(User.objects.select_related("subject__profile").get(pk=request.user.pk))


class Export(Endpoint):
    """Your data."""

    @reads("export_person", ExportShape)
    def get(self, request: Request) -> dict[str, Any]:
        """Take along everything this hub holds about you."""
        return {"data": export_person(subject_id=request.user.subject_id)}


class Claims(Endpoint):
    """Histories that may be yours."""

    @reads("list_claims", ClaimableListShape)
    def get(self, request: Request) -> dict[str, Any]:
        """List the authors of imported histories who your verified addresses prove you are."""
        return {"items": claims_open_to(request.user)}

    @writes("claim_identity", scope=SCOPE, body=IdentityClaimShape, answer=ClaimedShape, status=201)
    def post(self, request: Request, values: dict[str, Any]) -> Any:
        """Say that an author is you: their hours and reputation are counted with yours from now on."""
        identity = ImportedIdentity.objects.filter(pk=values["identity"]).first()
        if identity is None:
            raise serializers.ValidationError({"identity": [_("This author is not in any history here any more.")]})
        return claim_identity(identity=identity, by=request.user.subject, now=timezone.now())


def _profile(user: User) -> Profile:
    profile: Any = getattr(user.subject, "profile", None) or Profile(subject=user.subject)
    profile.is_hub_steward = user.is_staff
    return profile


urlpatterns = [
    path("me", Me.as_view()),
    path("me/export", Export.as_view()),
    path("me/claims", Claims.as_view()),
]
