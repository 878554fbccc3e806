"""What a person's page shows to whom: everybody what its person opened, members of a shared guild what they may see anyway.

Nobody is told whether a handle exists whose person opened nothing: `find_person` answers both with None, after the
same one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef

from accounts.models import Profile, SubjectLink
from core.written import with_links
from guilds.models import Membership
from projects.models.task import ROLE_CHOICES
from reputation.models import Reason

_ROLES = dict(ROLE_CHOICES)
#: What members of one guild see of each other on its pages, whatever somebody opened to the public.
_AMONG_MEMBERS = frozenset({"guilds", "hours", "projects"})


@dataclass(frozen=True)
class Person:
    """Whose page it is, what they opened, and which guilds of theirs the reader belongs to (`shared`)."""

    profile: Profile
    ids: tuple[UUID, ...]
    shared: frozenset[UUID]
    is_own: bool = False

    @property
    def name(self) -> str:
        """The name, where this reader may see it."""
        return self.profile.display_name if self.profile.is_name_public or self.shared else ""

    @property
    def is_public(self) -> bool:
        """Whether strangers find the page."""
        return self.profile.is_public

    @property
    def sees_more(self) -> bool:
        """Whether the reader sees what strangers don't."""
        return bool(self.shared)

    def opens(self, section: str) -> bool:
        """Whether a part of the page is open to everybody."""
        return section in self.profile.public_sections

    def shows(self, section: str, guild_id: UUID) -> bool:
        """Whether this reader sees what this part says of one guild."""
        return self.opens(section) or (section in _AMONG_MEMBERS and guild_id in self.shared)

    def may_show(self, section: str) -> bool:
        """Whether this reader sees anything of a part at all."""
        return self.opens(section) or (section in _AMONG_MEMBERS and bool(self.shared))

    def as_everybody(self) -> Person:
        """The page as somebody sees it who shares no guild with its person."""
        return replace(self, shared=frozenset())


def find_person(handle: str, *, reader_ids: Sequence[UUID], is_hub_steward: bool) -> Person | None:
    """The person of that handle as this reader may see them; None when there is nothing to see. One statement.

    Hub stewards see names in every guild, so they share all of them. A person always finds their own page.
    """
    theirs = Membership.objects.filter(subject_id=OuterRef("subject_id"), left_at__isnull=True)
    if not is_hub_steward:
        mine = Membership.objects.filter(subject_id__in=reader_ids, left_at__isnull=True)
        theirs = theirs.filter(guild_id__in=mine.values("guild_id"))
    aliases = SubjectLink.objects.filter(primary_id=OuterRef("subject_id"))
    profile = (
        with_links(Profile.objects.filter(handle=handle, subject__user__is_active=True))
        .annotate(
            alias_ids=ArraySubquery(aliases.values("alias_id")), shared_ids=ArraySubquery(theirs.values("guild_id"))
        )
        .first()
    )
    if profile is None:
        return None
    is_own = profile.subject_id in reader_ids
    person = Person(profile, (profile.subject_id, *profile.alias_ids), frozenset(profile.shared_ids or ()), is_own)
    return person if is_own or person.is_public or person.shared else None


@dataclass(frozen=True)
class Seat:
    """One guild the person belongs to: since when, which kinds of help they offer, which rights they hold."""

    guild_id: UUID
    slug: str
    name: str
    joined_at: datetime
    roles: list[str]
    rights: list[str]

    @property
    def role_labels(self) -> list[str]:
        """The kinds of help in the reader's language."""
        return [str(_ROLES.get(role, role)) for role in self.roles]


_SEATS = """
SELECT g.id, g.slug, g.name, m.joined_at, m.roles, ARRAY(
    SELECT DISTINCT r.right FROM guilds_grant r
    WHERE r.guild_id = g.id AND r.subject_id = ANY(%(subjects)s::uuid[]) AND r.revoked_at IS NULL
    AND r.starts_at <= %(now)s AND (r.ends_at IS NULL OR r.ends_at > %(now)s) ORDER BY 1
)
FROM guilds_membership m JOIN guilds_guild g ON g.id = m.guild_id
WHERE m.subject_id = ANY(%(subjects)s::uuid[]) AND m.left_at IS NULL AND g.state <> 'proposed'
ORDER BY m.joined_at, g.name
"""


def seats_of(person: Person, *, now: datetime) -> list[Seat]:
    """The guilds that this reader may know of, longest first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, {"subjects": _texts(person.ids), "now": now})
        seats = [Seat(*row) for row in cursor.fetchall()]
    return [seat for seat in seats if person.shows("guilds", seat.guild_id)]


@dataclass(frozen=True)
class Done:
    """Credited work of one kind, year and project. Minutes are approved ones, or *estimated* from commits (imported)."""

    role: str
    year: int
    source: str
    guild_id: UUID
    project_slug: str
    project_title: str
    minutes: int
    pieces: int

    @property
    def role_label(self) -> str:
        """The kind of help in the reader's language."""
        return str(_ROLES.get(self.role, self.role))


# A piece of work belongs to the year of its last day.
_CREDITED = """
FROM contributions_contribution c
JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
JOIN projects_project p ON p.id = c.project_id
CROSS JOIN LATERAL (SELECT max(worked_on) AS day FROM contributions_timeentry WHERE contribution_id = c.id) e
WHERE c.subject_id = ANY(%(subjects)s::uuid[]) AND c.points IS NOT NULL AND c.state <> 'reversed' AND e.day IS NOT NULL
"""
_DONE = f"""
SELECT c.role, extract(year FROM e.day)::int, c.source, c.guild_id, p.slug, p.title,
    sum(r.minutes_approved)::int, count(*)::int
{_CREDITED} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 2 DESC, 7 DESC, 1
"""


def work_of(person: Person) -> list[Done]:
    """All credited work, by year, kind and project; ask `person.shows` what of it to show. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DONE, {"subjects": _texts(person.ids)})
        return [Done(*row) for row in cursor.fetchall()]


_DAYS = f"""
SELECT e.day, c.guild_id, sum(r.minutes_approved)::int
{_CREDITED} AND c.source = 'logged' AND e.day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
"""


def days_of(person: Person, *, first: date, last: date) -> dict[date, int]:
    """Approved minutes by day, of the guilds this reader may see. One statement, and none when the hours are closed."""
    if not person.may_show("hours"):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"subjects": _texts(person.ids), "first": first, "last": last})
        rows = cursor.fetchall()
    days: dict[date, int] = {}
    for day, guild_id, minutes in rows:
        if person.shows("hours", guild_id):
            days[day] = days.get(day, 0) + minutes
    return days


@dataclass(frozen=True)
class Hours:
    """Approved minutes by kind of help and year; `cells` stand in the order of `years`. Estimated ones apart."""

    years: list[int]
    kinds: list[tuple[str, list[int], int]]
    minutes: int
    pieces: int
    estimated: int


def hours_of(work: Iterable[Done]) -> Hours:
    """The table of hours, kinds with most time first."""
    rows = list(work)
    logged = [row for row in rows if row.source == "logged"]
    years = sorted({row.year for row in logged}, reverse=True)
    kinds = []
    for label in {row.role_label for row in logged}:
        mine = [row for row in logged if row.role_label == label]
        cells = [sum(row.minutes for row in mine if row.year == year) for year in years]
        kinds.append((label, cells, sum(cells)))
    kinds.sort(key=lambda kind: (-kind[2], kind[0]))
    return Hours(
        years=years,
        kinds=kinds,
        minutes=sum(row.minutes for row in logged),
        pieces=sum(row.pieces for row in logged),
        estimated=sum(row.minutes for row in rows if row.source != "logged"),
    )


def projects_of(work: Iterable[Done]) -> list[tuple[str, str]]:
    """Projects (address, title) the person worked on, the one with most time first. How much is told by the hours."""
    minutes: dict[tuple[str, str], int] = {}
    for row in work:
        key = (row.project_slug, row.project_title)
        minutes[key] = minutes.get(key, 0) + row.minutes
    return sorted(minutes, key=lambda key: (-minutes[key], key[1]))


@dataclass(frozen=True)
class Reputation:
    """The person's REP in one guild, and how it came together: (reason in words, how often, how much)."""

    slug: str
    name: str
    amount: int
    parts: list[tuple[str, int, int]]


_REPUTATION = """
SELECT g.slug, g.name, t.reason, count(*)::int, sum(e.amount)::bigint
FROM reputation_account a
JOIN reputation_entry e ON e.account_id = a.id
JOIN reputation_transfer t ON t.id = e.transfer_id
JOIN guilds_guild g ON g.id = a.guild_id
WHERE a.subject_id = ANY(%(subjects)s::uuid[]) AND a.kind = 'rep'
GROUP BY 1, 2, 3 ORDER BY 2, 5 DESC
"""


def reputation_of(person: Person) -> list[Reputation]:
    """REP by guild with its parts, which add up to it. One statement, and none when it is not open."""
    if not person.opens("reputation"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_REPUTATION, {"subjects": _texts(person.ids)})
        rows = cursor.fetchall()
    found: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for slug, name, reason, times, amount in rows:
        found.setdefault((slug, name), []).append((str(Reason(reason).label), times, int(amount)))
    return [
        Reputation(slug, name, sum(part[2] for part in parts), parts) for (slug, name), parts in sorted(found.items())
    ]


@dataclass(frozen=True)
class Piece:
    """One approved piece of work: the task, when (its ISO week, no day), and what a reviewer approved."""

    id: UUID
    day: date
    role: str
    task_id: UUID
    task_title: str
    project_slug: str
    project_title: str
    guild_id: UUID
    minutes: int

    @property
    def role_label(self) -> str:
        """The kind of help in the reader's language."""
        return str(_ROLES.get(self.role, self.role))

    @property
    def week(self) -> str:
        """The ISO week as people write it: 2026-W47."""
        year, week, _weekday = self.day.isocalendar()
        return f"{year}-W{week:02d}"


_PIECES = f"""
SELECT c.id, e.day, c.role, c.task_id, t.title, p.slug, p.title, c.guild_id, r.minutes_approved
{_CREDITED.replace("WHERE", "JOIN projects_task t ON t.id = c.task_id WHERE")}
    AND c.source = 'logged' AND (%(guilds)s::uuid[] IS NULL OR c.guild_id = ANY(%(guilds)s::uuid[]))
ORDER BY e.day DESC, c.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
PIECES_PER_PAGE = 50


def pieces_of(person: Person, *, page: int) -> list[Piece]:
    """Where the hours come from: approved pieces, latest first; one row too many says there is a next page. One statement.

    By page number and not by the last row's key: a key would tell strangers the day of the work and when it was logged.
    """
    values = {
        "subjects": _texts(person.ids),
        "guilds": None if person.opens("hours") else _texts(person.shared),
        "limit": PIECES_PER_PAGE + 1,
        "offset": (page - 1) * PIECES_PER_PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PIECES, values)
        return [Piece(*row) for row in cursor.fetchall()]


def _texts(ids: Iterable[UUID]) -> list[str]:
    return [str(one) for one in ids]
