"""Reads about people that span tables; `linked_subjects` alone knows which ids are one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext as _

from accounts.models import ImportedIdentity, Subject, SubjectLink, Token, User
from accounts.rules import email_hash as email_hash  # reads about a history's authors start from it
from accounts.rules import token_digest
from core.errors import PermissionRefused


class PersonErased(PermissionRefused):
    """Whoever was erased a moment ago writes nothing more: it would outlive them."""

    code = "person_erased"


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


_LINKED_PEOPLE = """
WITH asked AS (
    SELECT a.id, coalesce(l.primary_id, a.id) AS root
    FROM unnest(%s::uuid[]) AS a (id) LEFT JOIN accounts_subjectlink l ON l.alias_id = a.id
)
SELECT asked.id, asked.root, array_agg(l.alias_id ORDER BY l.linked_at, l.alias_id) FILTER (WHERE l.alias_id IS NOT NULL)
FROM asked LEFT JOIN accounts_subjectlink l ON l.primary_id = asked.root
GROUP BY asked.id, asked.root
"""


def linked_people(subject_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """`linked_subjects` of many people in one statement: per given id every id of that person, the primary first."""
    with connection.cursor() as cursor:
        cursor.execute(_LINKED_PEOPLE, [[str(subject_id) for subject_id in set(subject_ids)]])
        return {subject_id: [root, *(aliases or [])] for subject_id, root, aliases in cursor.fetchall()}


def ids_of(user: User) -> list[UUID]:
    """Every Subject id of a logged-in person, the primary one first; without a statement when `PersonBackend` read them."""
    aliases: list[UUID] | None = getattr(user, "alias_ids", None)
    return linked_subjects(user.subject_id) if aliases is None else [user.subject_id, *aliases]


def lock_person(subject_id: UUID) -> list[UUID]:
    """Lock one person who is about to write; returns their ids, the primary one first. See `lock_people`."""
    return lock_people([subject_id], by=subject_id)[subject_id]


# Which rows are one person's is read in the statement that locks them; what a claim linked while it waited, the next finds.
_LOCK = """
WITH asked AS (
    SELECT coalesce(l.primary_id, a.id) AS root
    FROM unnest(%s::uuid[]) AS a (id) LEFT JOIN accounts_subjectlink l ON l.alias_id = a.id
)
SELECT id, erased_at FROM accounts_subject WHERE id IN (
    SELECT root FROM asked UNION ALL SELECT l.alias_id FROM accounts_subjectlink l JOIN asked ON l.primary_id = asked.root
) ORDER BY id FOR NO KEY UPDATE
"""


def lock_people(subject_ids: Iterable[UUID], *, by: UUID | None = None) -> dict[UUID, list[UUID]]:
    """Lock all linked Subject rows of some people in id order (no-key: references stay possible). Two statements.

    Whatever is scarce per person (a day's 16 hours, a week's bands) is checked under this lock, and it comes
    before every other one, so two verdicts on two people's work can't wait for each other. Returns `linked_people`,
    which can't change until the transaction ends: whoever links two people locks both. `by` is the one of them who
    writes: raises PersonErased when they were erased, also while this waited for the erasing to end.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("People are locked inside a transaction.")
    wanted = set(subject_ids)
    known: dict[UUID, list[UUID]] = {}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [[str(subject_id) for subject_id in wanted]])
            erased_at = dict(cursor.fetchall())
        before, known = known, linked_people(wanted)
        if known == before or all(linked in erased_at for person in known.values() for linked in person):
            break
    if by is not None and erased_at.get(by):
        raise PersonErased(_("This account was erased, and nothing more is kept in its name."))
    return known


def same_person(one: UUID, other: UUID) -> bool:
    """Whether two Subject ids are one person."""
    return one == other or other in linked_subjects(one)


class ShownName(str):
    """A name that knows its person's page (`url`, empty without one), for `{% person name %}`."""

    url: str

    def __new__(cls, name: str, handle: str | None) -> ShownName:
        """A handle makes the address; no statement."""
        shown = super().__new__(cls, name)
        shown.url = f"/u/{handle}/" if handle else ""
        return shown


def display_names(subject_ids: Iterable[UUID], *, to_members: bool = True) -> dict[UUID, str]:
    """Names as members of their guild see them, or (`to_members` False) as everybody does: of those who show theirs.

    One statement, none for nobody; a person without a name to show is missing from the result.
    """
    ids = set(subject_ids)
    if not ids:
        return {}
    people = Subject.objects.filter(pk__in=ids)
    if not to_members:
        people = people.filter(profile__is_name_public=True)
    rows = people.values_list("pk", "profile__display_name", "profile__handle", "imported_identity__name")
    return {pk: ShownName(chosen or imported, handle) for pk, chosen, handle, imported in rows if chosen or imported}


def claimable_identities(email: str) -> QuerySet[ImportedIdentity]:
    """Unclaimed identities that a verified e-mail proves: its hash, and nobody else under that hash."""
    digest = email_hash(email)
    sharers = ImportedIdentity.objects.filter(email_hash=digest).aggregate(n=Count("pk"))["n"]
    found = ImportedIdentity.objects.filter(email_hash=digest, subject__primary_link__isnull=True)
    return found if sharers == 1 else found.none()


def claims_open_to(user: User) -> list[ImportedIdentity]:
    """The unclaimed identities that a person's verified addresses prove. Two statements."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    digests = [email_hash(address) for address in addresses]
    sharers = ImportedIdentity.objects.filter(email_hash=OuterRef("email_hash")).order_by().values("email_hash")
    alone = Subquery(sharers.annotate(n=Count("pk")).values("n"))
    unclaimed = ImportedIdentity.objects.filter(email_hash__in=digests, subject__primary_link__isnull=True)
    return list(unclaimed.annotate(sharers=alone).filter(sharers=1).order_by("name"))


def find_token(text: str, *, now: datetime) -> Token | None:
    """The token of that text while it is good, with its person (`subject.user`, linked ids read). One statement."""
    aliases = SubjectLink.objects.filter(primary_id=OuterRef("subject_id")).order_by("linked_at", "alias_id")
    rows = Token.objects.filter(
        digest=token_digest(text), revoked_at__isnull=True, expires_at__gt=now, subject__user__is_active=True
    )
    rows = rows.filter(subject__erased_at__isnull=True).select_related("subject__profile", "subject__user")
    token = rows.annotate(alias_ids=ArraySubquery(aliases.values("alias_id"))).first()
    if token is not None:
        user = token.subject.user
        user.subject = token.subject
        user.alias_ids = token.alias_ids
    return token


def tokens_of(subject_ids: Sequence[UUID]) -> list[Token]:
    """A person's tokens that were not taken back, the newest first; ended ones among them. One statement."""
    return list(Token.objects.filter(subject_id__in=subject_ids, revoked_at__isnull=True).order_by("-created_at"))
