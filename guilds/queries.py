"""Reads about guilds that span tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from accounts.queries import ids_of, linked_subjects
from core.prepared import first_of, prepared
from core.registries import earned_right
from guilds.models import (
    Closing,
    Grant,
    Guild,
    Handover,
    Invitation,
    InvitationList,
    InviteLink,
    JoinRequest,
    Membership,
    Policy,
)


def current_policy(guild_id: UUID, now: datetime) -> Policy:
    """The policy in force at `now`; raises Policy.DoesNotExist for a guild that has none yet."""
    found = first_of(_policy_in_force(guild_id, now))
    if found is None:
        raise Policy.DoesNotExist
    return found


@prepared
def _policy_in_force(guild_id: UUID, now: datetime) -> QuerySet[Policy]:
    return Policy.objects.filter(guild_id=guild_id, effective_at__lte=now).order_by("-version")[:1]


def live_grants(now: datetime) -> QuerySet[Grant]:
    """Grants in force at `now`."""
    return Grant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now, revoked_at__isnull=True
    )


def earned_in(subject_ids: Sequence[UUID], now: datetime) -> QuerySet[Membership]:
    """A person's memberships in which their standing alone lets them review (pass every linked id)."""
    seats = Membership.objects.filter(subject_id__in=subject_ids, left_at__isnull=True)
    return seats.filter(earned_right("reviewer").condition(subject_ids, F("guild_id"), now))


def guilds_reviewed_by(subject_ids: Sequence[UUID], now: datetime) -> list[UUID]:
    """Guilds in which a person may review, by grant or by standing (pass every linked id). One statement."""
    return [row[0] for row in _reviewed_by(list(subject_ids), now)]


@prepared
def _reviewed_by(subject_ids: Sequence[UUID], now: datetime) -> QuerySet[Grant]:
    granted = live_grants(now).filter(subject_id__in=subject_ids).values_list("guild_id")
    return granted.union(earned_in(subject_ids, now).values_list("guild_id"))


def rights_of(subject_ids: Sequence[UUID], now: datetime) -> dict[UUID, set[str]]:
    """guild id -> rights granted to a person (pass every linked id)."""
    rights: dict[UUID, set[str]] = {}
    for guild_id, right in live_grants(now).filter(subject_id__in=subject_ids).values_list("guild_id", "right"):
        rights.setdefault(guild_id, set()).add(right)
    return rights


def is_member(subject_id: UUID, guild_id: UUID) -> bool:
    """Whether the person belongs to the guild today."""
    return bool(_seats(linked_subjects(subject_id), guild_id))


@prepared
def _seats(subject_ids: Sequence[UUID], guild_id: UUID) -> QuerySet[Membership]:
    seats = Membership.objects.filter(guild_id=guild_id, subject_id__in=subject_ids, left_at__isnull=True)
    return seats.values_list("pk")[:1]


def holders(guild_id: UUID, rights: Sequence[str], now: datetime) -> list[UUID]:
    """Subjects that hold one of the rights in the guild at `now`."""
    found = live_grants(now).filter(guild_id=guild_id, right__in=rights)
    return list(found.values_list("subject_id", flat=True).distinct())


@dataclass(frozen=True)
class Viewer:
    """What the reader of a page is to one guild. Pages ask it what to offer; services check again."""

    ids: tuple[UUID, ...] = ()
    is_member: bool = False
    rights: frozenset[str] = frozenset()
    is_hub_steward: bool = False
    has_earned_review: bool = False

    @property
    def is_signed_in(self) -> bool:
        return bool(self.ids)

    @property
    def is_steward(self) -> bool:
        return "steward" in self.rights or self.is_hub_steward

    @property
    def is_maintainer(self) -> bool:
        return bool(self.rights & {"maintainer", "steward"})

    @property
    def is_reviewer(self) -> bool:
        """By grant or by standing."""
        return bool(self.rights) or self.has_earned_review

    @property
    def sees_names(self) -> bool:
        """Members see who did what; on everybody else's page a person is "a contributor"."""
        return self.is_member or self.is_hub_steward

    def is_person(self, subject_id: UUID | None) -> bool:
        """Whether that subject is the reader."""
        return subject_id in self.ids


#: Read along with whoever is logged in (accounts/backends.py): their guilds, and "guild:right" for what they were given.
ABOUT_READER = {
    "seats": """ARRAY(
        SELECT m.guild_id FROM guilds_membership m WHERE m.subject_id = ANY(:ids:) AND m.left_at IS NULL)""",
    "grants": """ARRAY(
        SELECT g.guild_id || ':' || g.right FROM guilds_grant g WHERE g.subject_id = ANY(:ids:)
            AND g.revoked_at IS NULL AND g.starts_at <= statement_timestamp()
            AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp()))""",
}


def viewer_in(user: Any, guild_id: UUID, now: datetime) -> Viewer:
    """What a logged-in or anonymous user is to a guild; no statement for whoever `PersonBackend` read, one otherwise."""
    if not user.is_authenticated:
        return Viewer()
    ids = ids_of(user)
    if hasattr(user, "about_seats"):
        given = [grant.partition(":") for grant in user.about_grants]
        rights = frozenset(right for guild, _colon, right in given if guild == str(guild_id))
        is_member, earned = guild_id in user.about_seats, guild_id in user.about_earned_review
        return Viewer(tuple(ids), is_member, rights, bool(user.is_staff), earned)
    seats = Membership.objects.filter(guild_id=guild_id, subject_id__in=ids, left_at__isnull=True)
    granted = live_grants(now).filter(guild_id=guild_id, subject_id__in=ids)
    reviews = earned_right("reviewer").condition(ids, F("pk"), now)
    row = (
        Guild.objects.filter(pk=guild_id)
        .values_list(Exists(seats), ArraySubquery(granted.values("right")), reviews)
        .get()
    )
    return Viewer(tuple(ids), bool(row[0]), frozenset(row[1]), bool(user.is_staff), bool(row[2]))


@dataclass(frozen=True)
class Seat:
    """One right that somebody holds, with the name they gave (or an empty one)."""

    grant_id: UUID
    right: str
    subject_id: UUID
    name: str
    ends_at: datetime | None


@dataclass(frozen=True)
class Member:
    """Somebody who belongs to a guild, with the name they gave (or an empty one)."""

    subject_id: UUID
    name: str
    joined_at: datetime


NAME = Coalesce(NullIf("subject__profile__display_name", Value("")), "subject__imported_identity__name", Value(""))


def guild_pages() -> QuerySet[Guild]:
    """Guilds with `member_count`, how many belong to them today."""
    return Guild.objects.annotate(member_count=Count("memberships", filter=Q(memberships__left_at__isnull=True)))


def guild_list(reader_ids: Sequence[UUID], *, sees_proposed: bool) -> list[Guild]:
    """Guilds as one reader may see them, open ones first; `is_mine` says where they belong. One statement."""
    mine = Membership.objects.filter(guild_id=OuterRef("pk"), subject_id__in=reader_ids, left_at__isnull=True)
    rows = guild_pages().annotate(is_mine=Exists(mine))
    if not sees_proposed:
        rows = rows.filter(~Q(state=Guild.State.PROPOSED) | Q(is_mine=True))
    order = {Guild.State.OPEN: 0, Guild.State.PROPOSED: 1, Guild.State.CLOSED: 2}
    return sorted(rows, key=lambda guild: (order[Guild.State(guild.state)], -guild.member_count, guild.name))


def live_seats(guild_id: UUID, now: datetime) -> list[Seat]:
    """Who holds which right in a guild today, by name. One statement."""
    rows = live_grants(now).filter(guild_id=guild_id).annotate(name=NAME).order_by("name", "starts_at")
    return [Seat(*row) for row in rows.values_list("pk", "right", "subject_id", "name", "ends_at")]


def members_of(guild_id: UUID) -> list[Member]:
    """Everybody who belongs to a guild today, by name. One statement."""
    rows = Membership.objects.filter(guild_id=guild_id, left_at__isnull=True).annotate(name=NAME)
    return [Member(*row) for row in rows.order_by("name", "joined_at").values_list("subject_id", "name", "joined_at")]


@dataclass(frozen=True)
class OwnPart:
    """What a signed-in reader has to do with a guild: roles, their last request, an offer to them, a closing that waits.

    The last three are None or a dict of plain values: request (id, answer, reason, words), offer (id, name of whoever
    offers), closing (id, reason, by: who proposed it). Ids are texts.
    """

    roles: tuple[str, ...] = ()
    request: dict[str, Any] | None = None
    offer: dict[str, Any] | None = None
    closing: dict[str, Any] | None = None


def own_part(guild_id: UUID, reader_ids: Sequence[UUID]) -> OwnPart:
    """The same, in one statement."""
    mine = Membership.objects.filter(guild=OuterRef("pk"), subject_id__in=reader_ids, left_at__isnull=True)
    asked = JoinRequest.objects.filter(guild=OuterRef("pk"), subject_id__in=reader_ids).order_by("-asked_at")
    offers = Handover.objects.filter(guild=OuterRef("pk"), offered_to__in=reader_ids, answer="")
    closings = Closing.objects.filter(guild=OuterRef("pk"), answer="")
    giver = Coalesce("offered_by__profile__display_name", Value(""))
    row = (
        Guild.objects.filter(pk=guild_id)
        .values_list(
            Subquery(mine.values("roles")[:1]),
            Subquery(asked.values(j=JSONObject(id="id", answer="answer", reason="reason", words="words"))[:1]),
            Subquery(offers.values(j=JSONObject(id="id", name=giver))[:1]),
            Subquery(closings.values(j=JSONObject(id="id", reason="reason", by="proposed_by_id"))[:1]),
        )
        .get()
    )
    return OwnPart(tuple(row[0] or ()), *row[1:])


@dataclass(frozen=True)
class Asking:
    """One waiting request to join, with the name its person gave (or an empty one)."""

    id: UUID
    subject_id: UUID
    name: str
    words: str
    asked_at: datetime


def waiting_requests(guild_id: UUID) -> list[Asking]:
    """Who asks to join a guild, the longest waiting first; at most a hundred. One statement."""
    rows = JoinRequest.objects.filter(guild_id=guild_id, answer="").annotate(name=NAME).order_by("asked_at", "pk")
    return [Asking(*row) for row in rows.values_list("pk", "subject_id", "name", "words", "asked_at")[:100]]


def live_links(guild_id: UUID, now: datetime) -> QuerySet[InviteLink]:
    """A guild's links that were not revoked and have not run out, the newest first."""
    return InviteLink.objects.filter(guild_id=guild_id, revoked_at__isnull=True, expires_at__gt=now).order_by(
        "-made_at"
    )


def latest_policies(guild_id: UUID, now: datetime) -> tuple[Policy, Policy | None]:
    """The policy in force and the next one that is published already, if any. One statement."""
    in_force = (
        Policy.objects.filter(guild_id=guild_id, effective_at__lte=now).order_by("-version").values("version")[:1]
    )
    current, *coming = Policy.objects.filter(guild_id=guild_id, version__gte=Subquery(in_force)).order_by("version")[:2]
    return current, coming[0] if coming else None


def invitation_counts(row: InvitationList) -> dict[str, int]:
    """How many rows of a list are in which state, those that were deleted meanwhile with them. One statement."""
    counts: dict[str, int] = dict(row.forgotten)
    for state, n in (
        Invitation.objects.filter(invitation_list=row).values_list("state").annotate(n=Count("pk")).order_by()
    ):
        counts[state] = counts.get(state, 0) + n
    return counts


_MEMBER_ADDRESSES = """
SELECT a.email FROM (
    SELECT lower(e.email) AS email, u.subject_id FROM account_emailaddress e JOIN accounts_user u ON u.id = e.user_id
    WHERE e.verified AND lower(e.email) = ANY(%(emails)s)
    UNION SELECT u.email, u.subject_id FROM accounts_user u WHERE u.email = ANY(%(emails)s)
) a
LEFT JOIN accounts_subjectlink l ON l.primary_id = a.subject_id
JOIN guilds_membership m ON m.guild_id = %(guild)s AND m.left_at IS NULL AND m.subject_id IN (a.subject_id, l.alias_id)
"""


def member_addresses(guild_id: UUID, emails: Sequence[str]) -> set[str]:
    """Those of the addresses (in small letters) whose people belong to the guild today. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBER_ADDRESSES, {"guild": str(guild_id), "emails": list(emails)})
        return {row[0] for row in cursor.fetchall()}
