"""How a request finds the person who is logged in: login, Subject, profile and claimed identities in one statement."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from accounts.models import SubjectLink, User


class PersonBackend(AuthenticationBackend):
    """allauth's log-in by mailed code; only the read that every request of a member begins with is its own.

    Nearly every page asks for the Subject, its time zone and its linked ids next, so they come along.
    """

    def get_user(self, user_id: Any) -> User | None:
        """The active user with `subject`, `subject.profile` and `alias_ids` filled, or None."""
        aliases = SubjectLink.objects.filter(primary_id=OuterRef("subject_id")).order_by("linked_at", "alias_id")
        people = User.objects.select_related("subject__profile").filter(is_active=True)
        return people.annotate(alias_ids=ArraySubquery(aliases.values("alias_id"))).filter(pk=user_id).first()
