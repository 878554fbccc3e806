"""How a request finds the person who is logged in: everything that every page of theirs needs, in one statement."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Field, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import SubjectLink, User
from core.prepared import first_of, prepared
from core.registries import about_reader


class PersonBackend(AuthenticationBackend):
    """allauth's log-in by mailed code; only the read that every request of a member begins with is its own.

    Nearly every page asks for the Subject, its time zone, its linked ids, its guilds and rights and what waits in the
    inbox, so they come along.
    """

    def get_user(self, user_id: Any) -> User | None:
        """The active user with `subject`, `subject.profile`, `alias_ids` and all `about_...` filled, or None."""
        return first_of(_readers(pk=int(user_id)))


@prepared
def _readers(pk: int) -> QuerySet[User]:
    aliases = SubjectLink.objects.filter(primary_id=OuterRef("subject_id")).order_by("linked_at", "alias_id")
    about = {f"about_{name}": RawSQL(sql, (), output_field=Field()) for name, sql in about_reader().items()}  # noqa: S611
    people = User.objects.select_related("subject__profile").filter(is_active=True, pk=pk)
    return people.annotate(alias_ids=ArraySubquery(aliases.values("alias_id")), **about)
