"""A draft of a guild's numbers, tried on the guild's own past. Reads only: nothing here is ever applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import SubjectLink
from contributions.history.rules import effective_at
from contributions.models import Contribution, Review, TimeEntry
from contributions.rules import iso_week
from contributions.rules_simulated import PEOPLE_KEPT, Counted, PersonChange, Threshold
from contributions.rules_simulation import Lane, Outcome, Step, Verdict
from guilds.models import Guild, Policy, PolicyNumbers
from reputation.rules import PointPolicy
from reputation.rules.standing import WHOLE

#: So many verdicts are held at once; each such piece is two statements.
CHUNK = 2000


class PastTooLong(Exception):
    """There are more verdicts than whoever asked would wait for."""


@dataclass(frozen=True)
class Change:
    """One person under the numbers in force and under those of the draft."""

    person: UUID
    before: Outcome
    after: Outcome

    @property
    def difference(self) -> int:
        """Points more (or less, below zero) under the draft."""
        return self.after.points - self.before.points


@dataclass(frozen=True)
class Explained:
    """One contribution of the person asked about, with the arithmetic under both."""

    contribution: UUID
    title: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class Simulation:
    """What the draft would have brought. `unlike_ledger` counts verdicts whose replay differs from what was posted: 0."""

    verdicts: int = 0
    unlike_ledger: int = 0
    changes: list[Change] = field(default_factory=list)
    spendable_before: int = 0
    spendable_after: int = 0
    thresholds: list[Threshold] = field(default_factory=list)
    explained: list[Explained] = field(default_factory=list)
    up_to: datetime | None = None

    @property
    def points_before(self) -> int:
        """Reputation of all people under the numbers in force."""
        return sum(change.before.points for change in self.changes)

    @property
    def points_after(self) -> int:
        """Reputation of all people under the draft."""
        return sum(change.after.points for change in self.changes)

    def counted(self) -> Counted:
        """What of it is stored and shown."""
        changed = [change for change in self.changes if change.difference][:PEOPLE_KEPT]
        return Counted(
            verdicts=self.verdicts, unlike_ledger=self.unlike_ledger, points_before=self.points_before,
            points_after=self.points_after, spendable_before=self.spendable_before, spendable_after=self.spendable_after,
            gain=self.gain, lose=self.lose, same=self.same, thresholds=tuple(self.thresholds), up_to=self.up_to,
            people=tuple(PersonChange(row.person, row.before.points, row.after.points) for row in changed),
        )  # fmt: skip

    @property
    def gain(self) -> int:
        """How many people would have more."""
        return sum(change.difference > 0 for change in self.changes)

    @property
    def lose(self) -> int:
        """How many people would have less."""
        return sum(change.difference < 0 for change in self.changes)

    @property
    def same(self) -> int:
        """How many people would have as much."""
        return sum(change.difference == 0 for change in self.changes)


def simulate(
    guild: Guild,
    draft: PolicyNumbers,
    *,
    now: datetime,
    since: datetime | None = None,
    person: UUID | None = None,
    policies: Sequence[Policy] | None = None,
    on_progress: Callable[[int], None] | None = None,
    at_most: int | None = None,
) -> Simulation:
    """Count the guild's verdicts again, under the numbers in force and under the draft's, from `since` on.

    What was decided before `since` counts as it did, because it used up weeks and estimates. With a `person` only what
    that person did and judged is counted, and each piece is explained: nobody else's work changes what theirs brings.
    Two statements for every 2,000 verdicts, of which `on_progress` hears, and three beside them, two if the guild's
    `policies` are known already. Raises PastTooLong above `at_most` verdicts.
    """
    policies = list(Policy.objects.filter(guild=guild)) if policies is None else policies
    in_force = in_force_of(policies, now)
    versions = {row.version: PointPolicy.of(row) for row in policies}
    today = now.astimezone(UTC).date()
    lanes = {
        "real": Lane(lambda _at, version: versions[version], today=today, since=since),
        "before": _lane(PointPolicy.of(in_force), versions, today, since),
        "after": _lane(PointPolicy.of(draft), versions, today, since),
    }
    found = Simulation()
    for number, (verdict, row) in enumerate(_verdicts(guild, person, at_most), start=1):
        steps = {name: lane.take(verdict) for name, lane in lanes.items()}
        found.up_to = max(found.up_to or verdict.decided_at, verdict.decided_at)
        if on_progress and number % CHUNK == 0:
            on_progress(number)
        if person not in (None, verdict.person):
            continue  # judged by the person: the pay was counted, the work is another's
        is_in_period = since is None or verdict.decided_at >= since
        found.verdicts += is_in_period
        if person is None:  # else the reviewers' weeks lack what they judged of others
            found.unlike_ledger += not _is_as_posted(verdict, row, steps["real"])
        before, after = steps["before"].award, steps["after"].award
        if person and before and after and is_in_period:
            title = row["contribution__task__title"]
            found.explained.append(Explained(verdict.contribution, title, before.arithmetic, after.arithmetic))
    _sum_up(found, lanes["before"], lanes["after"], person)
    found.thresholds = [
        Threshold(
            right,
            _reach(lanes["before"], getattr(in_force, f"{right}_standing")),
            _reach(lanes["after"], getattr(draft, f"{right}_standing")),
        )
        for right in ("vote", "vouch", "review")
    ]
    return found


def in_force_of(policies: Iterable[Policy], now: datetime) -> Policy:
    """Of all versions of a guild the one in force at `now`."""
    return max((row for row in policies if row.effective_at <= now), key=lambda row: row.version)


def _lane(policy: PointPolicy, versions: dict[int, PointPolicy], today: date, since: datetime | None) -> Lane:
    def policy_for(at: datetime, version: int) -> PointPolicy:
        return versions[version] if since is not None and at < since else policy

    return Lane(policy_for, today=today, since=since)


def _sum_up(found: Simulation, before: Lane, after: Lane, person: UUID | None) -> None:
    people = before.people.keys() | after.people.keys()
    if person is not None:
        people &= {person}
    found.changes = [
        Change(person, before.people.get(person, Outcome()), after.people.get(person, Outcome())) for person in people
    ]
    found.changes.sort(key=lambda change: (-abs(change.difference), change.person))
    found.spendable_before, found.spendable_after = before.spendable, after.spendable


def _reach(lane: Lane, standing: int) -> int:
    return sum(outcome.weighed // WHOLE >= standing for outcome in lane.people.values())


def _is_as_posted(verdict: Verdict, row: dict[str, Any], step: Step) -> bool:
    """Whether the replay under the real versions arrives at what the approval wrote down, points, minutes and pay."""
    if step.paid != row["points_paid"]:
        return False
    if verdict.verdict != "approved" or verdict.is_overturned:
        return True
    points = step.award.points if step.award else 0
    return (points, step.counted_minutes) == (row["contribution__points"], row["contribution__minutes_counted"])


class _People:
    """Who is whom today, and who was known to be at a time: points are counted by what was known then."""

    def __init__(self, links: Iterable[tuple[UUID, UUID, datetime]]) -> None:
        self.primary: dict[UUID, tuple[UUID, datetime]] = {}
        self.aliases: dict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
        for alias, primary, linked_at in links:
            self.primary[alias] = (primary, linked_at)
            self.aliases[primary].append((alias, linked_at))

    def today(self, subject: UUID) -> UUID:
        return self.primary[subject][0] if subject in self.primary else subject

    def ids(self, subject: UUID) -> list[UUID]:
        """All ids of whoever that is today."""
        return [self.today(subject), *(alias for alias, _since in self.aliases.get(self.today(subject), ()))]

    def then(self, subject: UUID, at: datetime) -> list[UUID]:
        primary, linked_at = self.primary.get(subject, (subject, at))
        root = primary if linked_at <= at else subject
        return [root, *(alias for alias, since in self.aliases.get(root, ()) if since <= at)]


_COLUMNS = (
    "contribution_id", "contributor_id", "reviewer_id", "verdict", "basis", "decided_at", "taken_at", "policy_version",
    "overturned_at", "rubric", "minutes_approved", "points_paid", "contribution__points",
    "contribution__minutes_counted", "contribution__source", "contribution__task_id",
    "contribution__task__estimate_minutes", "contribution__task__difficulty", "contribution__task__is_open_work",
    "contribution__task__title",
)  # fmt: skip


def _verdicts(guild: Guild, person: UUID | None, at_most: int | None) -> Iterator[tuple[Verdict, dict[str, Any]]]:
    """Every verdict of the guild in the order in which they were posted (their keys sort by time); or one person's."""
    of_guild = Q(alias__contributions__guild=guild) | Q(alias__reviews_given__contribution__guild=guild)
    primaries = SubjectLink.objects.filter(of_guild).values("primary_id")
    links = SubjectLink.objects.filter(primary_id__in=primaries).values_list("alias_id", "primary_id", "linked_at")
    people, zone = _People(links), ZoneInfo(guild.timezone)
    reviews = Review.objects.filter(contribution__guild=guild)
    if person is not None:
        ids = people.ids(person)
        reviews = reviews.filter(Q(contributor_id__in=ids) | Q(reviewer_id__in=ids))
    # Keys first, because no cursor is kept open here (a pool hands the connection on): a million of them fit into memory,
    # a million rows don't.
    keys = list(reviews.order_by("pk").values_list("pk", flat=True)[: None if at_most is None else at_most + 1])
    if at_most is not None and len(keys) > at_most:
        raise PastTooLong
    for first in range(0, len(keys), CHUNK):
        chunk = list(Review.objects.filter(pk__in=keys[first : first + CHUNK]).order_by("pk").values(*_COLUMNS))
        entries: dict[UUID, list[tuple[date, int]]] = defaultdict(list)
        wanted = {row["contribution_id"] for row in chunk if row["verdict"] == Review.Verdict.APPROVED}
        for work, day, minutes in (
            TimeEntry.objects.filter(contribution_id__in=wanted)
            .order_by("worked_on", "id")
            .values_list("contribution_id", "worked_on", "minutes")
        ):
            entries[work].append((day, minutes))
        for row in chunk:
            yield _verdict(row, entries[row["contribution_id"]], people, zone), row


def _verdict(row: dict[str, Any], entries: list[tuple[date, int]], people: _People, zone: ZoneInfo) -> Verdict:
    at, reviewer = row["decided_at"], row["reviewer_id"]
    is_import = row["contribution__source"] == Contribution.Source.IMPORTED
    return Verdict(
        contribution=row["contribution_id"],
        person=people.today(row["contributor_id"]),
        ids=people.then(row["contributor_id"], at),
        task=row["contribution__task_id"],
        verdict=row["verdict"],
        basis=row["basis"],
        decided_at=at,
        version=row["policy_version"],
        is_overturned=row["overturned_at"] is not None,
        entries=entries,
        minutes_approved=row["minutes_approved"] or 0,
        rubric=row["rubric"] or 0,
        estimate_minutes=row["contribution__task__estimate_minutes"],
        difficulty=row["contribution__task__difficulty"],
        is_open_work=row["contribution__task__is_open_work"],
        is_import=is_import,
        effective_on=effective_at(entries[0][0], now=at).date() if is_import and entries else None,
        reviewer=people.today(reviewer) if reviewer else None,
        reviewer_ids=people.then(reviewer, at) if reviewer else (),
        taken_at=row["taken_at"],
        paid_week=iso_week(at.astimezone(zone).date()),
    )
