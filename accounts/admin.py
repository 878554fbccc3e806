"""People in the admin site: logins by random id. Addresses are shown to nobody, as the page that asks for them says."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from accounts.models import ImportedIdentity, SubjectLink, User
from core.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Logins, and who looks after the hub."""

    list_display = ("subject_id", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_staff", "is_active")
    fields = ("subject", "is_active", "is_staff", "date_joined", "last_login")

    def get_object(self, request, object_id, from_field=None):  # type: ignore[no-untyped-def]
        """A login under its random id, so that the page's title doesn't say its address."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.email = str(found.subject_id)
        return found


@admin.register(ImportedIdentity)
class ImportedIdentityAdmin(ReadOnlyAdmin):
    """Authors of imported histories."""

    list_display = ("name", "subject_id")
    search_fields = ("name",)
    fields = ("name", "subject")


@admin.register(SubjectLink)
class SubjectLinkAdmin(ReadOnlyAdmin):
    """Which author turned out to be which person."""

    list_display = ("alias_id", "primary_id", "linked_at")


# What opens somebody's door, and where they are signed in, is shown to nobody.
for _model in (Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
