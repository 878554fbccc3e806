"""Reads about people that span tables; `linked_subjects` alone knows which ids are one person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from accounts.models import ImportedIdentity, Profile, Subject, User

_LINKED = """
WITH person AS (
    SELECT coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = %(id)s), %(id)s::uuid) AS id
)
SELECT id FROM (
    SELECT id, 0 AS place, NULL::timestamptz AS linked_at FROM person
    UNION ALL
    SELECT l.alias_id, 1, l.linked_at FROM accounts_subjectlink l JOIN person ON l.primary_id = person.id
) linked ORDER BY place, linked_at, id
"""


def linked_subjects(subject_id: UUID) -> list[UUID]:
    """Every Subject id of the same person, the primary one first. Links are one level deep. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LINKED, {"id": str(subject_id)})
        return [row[0] for row in cursor.fetchall()]


def ids_of(user: User) -> list[UUID]:
    """Every Subject id of a logged-in person, the primary one first; without a statement when `PersonBackend` read them."""
    aliases: list[UUID] | None = getattr(user, "alias_ids", None)
    return linked_subjects(user.subject_id) if aliases is None else [user.subject_id, *aliases]


def lock_person(subject_id: UUID) -> list[UUID]:
    """Lock one person; returns their ids, the primary one first. See `lock_people`."""
    lock_people([subject_id])
    return linked_subjects(subject_id)


def lock_people(subject_ids: Iterable[UUID]) -> None:
    """Lock all linked Subject rows of some people in id order (no-key: references stay possible).

    Whatever is scarce per person (a day's 16 hours, a week's bands) is checked under this lock, and it comes
    before every other one, so two verdicts on two people's work can't wait for each other.
    """
    wanted = set(subject_ids)
    while True:
        ids = {linked for subject_id in wanted for linked in linked_subjects(subject_id)}
        list(Subject.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
        if {linked for subject_id in wanted for linked in linked_subjects(subject_id)} == ids:
            return


def same_person(one: UUID, other: UUID) -> bool:
    """Whether two Subject ids are one person."""
    return one == other or other in linked_subjects(one)


def display_names(subject_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names for members' eyes, in two statements; a person who gave none is missing from the result."""
    ids = set(subject_ids)
    names = dict(Profile.objects.filter(subject_id__in=ids).exclude(display_name="").values_list("subject_id", "display_name"))
    rest = ids - names.keys()
    if rest:
        imported = ImportedIdentity.objects.filter(subject_id__in=rest).exclude(name="")
        names.update(imported.values_list("subject_id", "name"))
    return names


def email_hash(email: str) -> str:
    """First 16 hex digits of SHA-256 of the trimmed lower-case e-mail: how a history names an address."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]


def claimable_identities(email: str) -> QuerySet[ImportedIdentity]:
    """Unclaimed identities that a verified e-mail proves: its hash, and nobody else under that hash."""
    digest = email_hash(email)
    sharers = ImportedIdentity.objects.filter(email_hash=digest).aggregate(n=Count("pk"))["n"]
    found = ImportedIdentity.objects.filter(email_hash=digest, subject__primary_link__isnull=True)
    return found if sharers == 1 else found.none()
