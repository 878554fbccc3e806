"""The guild's past counted again under other numbers: verdicts in their order, through the same point rule. No Django.

A `Lane` is one such count. Lanes are independent of one another, so the numbers in force and those of a draft run side by
side over one reading of the past; a third lane runs under the versions that really held and must arrive at what the
ledger says, which is what makes the other two believable.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from reputation.rules import (
    Award,
    IsoWeek,
    PointPolicy,
    WeekUse,
    credit_contribution,
    credit_import,
    iso_week,
    review_pay,
    weight,
)


@dataclass(frozen=True)
class Verdict:
    """One verdict of the past with all that the point rule asks for.

    `ids` are those of the contributor's subjects that were linked when it was given, the primary one first; `person` is
    who they are today. The same for the reviewer, who is missing where no person judged.
    """

    contribution: UUID
    person: UUID
    ids: Sequence[UUID]
    task: UUID
    verdict: str
    basis: str
    decided_at: datetime
    version: int
    is_overturned: bool
    entries: Sequence[tuple[date, int]] = ()
    minutes_approved: int = 0
    rubric: int = 0
    estimate_minutes: int = 0
    difficulty: str = "S"
    is_open_work: bool = False
    is_import: bool = False
    effective_on: date | None = None
    reviewer: UUID | None = None
    reviewer_ids: Sequence[UUID] = ()
    taken_at: datetime | None = None
    paid_week: IsoWeek = (0, 0)


@dataclass
class Outcome:
    """What one person earned in the period: for work, for reviews, the standing it makes, and reviews that were paid."""

    work: int = 0
    reviews: int = 0
    paid_reviews: int = 0
    weighed: int = 0

    @property
    def points(self) -> int:
        """Reputation in all."""
        return self.work + self.reviews


@dataclass
class _Given:
    """What an overturned verdict brought, until the panel's verdict takes its place."""

    decided_at: datetime
    version: int
    award: Award | None = None
    own: dict[IsoWeek, WeekUse] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What a verdict brought in a lane: the contributor's award (None: nothing), and the reviewer's pay."""

    award: Award | None
    counted_minutes: int
    paid: int


class Lane:
    """One count of the past. `policy_for` names the numbers by the time and the version of a verdict."""

    def __init__(
        self, policy_for: Callable[[datetime, int], PointPolicy], *, today: date, since: datetime | None = None
    ) -> None:
        self.policy_for, self.today, self.since = policy_for, today, since
        self.people: dict[UUID, Outcome] = defaultdict(Outcome)
        self.spendable = 0
        self._weeks: dict[tuple[UUID, IsoWeek], WeekUse] = {}
        self._on_task: Counter[tuple[UUID, UUID]] = Counter()
        self._paid: Counter[tuple[UUID, IsoWeek]] = Counter()
        self._disputed: dict[UUID, _Given] = {}

    def take(self, verdict: Verdict) -> Step:
        """Count one more verdict; they come in the order in which they were posted."""
        if verdict.basis == "quorum" and verdict.contribution in self._disputed:
            award, counted = self._correct(verdict, self._disputed.pop(verdict.contribution))
            return Step(award, counted, 0)
        award, counted = None, 0
        if verdict.verdict == "approved":
            award = self._approve(verdict)
            counted = award.counted_minutes
        if verdict.is_overturned:
            own = _own(award) if award and award.points else {}
            self._disputed[verdict.contribution] = _Given(verdict.decided_at, verdict.version, award, own)
        return Step(award, counted, self._pay(verdict))

    def _approve(self, verdict: Verdict) -> Award:
        policy = self.policy_for(verdict.decided_at, verdict.version)
        used = self._used(verdict)
        award = self._award(verdict, policy, used, self._counted(verdict))
        self._consume(verdict, used, award.weeks)
        self._earn(verdict, award, verdict.decided_at)
        return award

    def _correct(self, verdict: Verdict, given: _Given) -> tuple[Award | None, int]:
        """A panel's verdict: by the policy of the disputed one, and the week is not opened again."""
        old = given.award
        if old is not None:
            self._earn(verdict, old, given.decided_at, sign=-1)
        if verdict.verdict != "approved":
            return None, old.counted_minutes if old else 0
        before = old.counted_minutes if old else 0
        used = self._used(verdict)
        free = {week: _less(use, given.own.get(week, WeekUse())) for week, use in used.items()}
        policy = self.policy_for(given.decided_at, given.version)
        award = self._award(verdict, policy, free, self._counted(verdict) - before)
        after = {}
        for week, use in award.weeks.items():
            more = _less(_less(use, free[week]), given.own.get(week, WeekUse()))
            after[week] = WeekUse(
                used[week].full_minutes + max(0, more.full_minutes), used[week].half_minutes + max(0, more.half_minutes)
            )
        extra = self._consume(verdict, used, after)
        self._earn(verdict, award, given.decided_at)
        return award, before + extra

    def _award(
        self, verdict: Verdict, policy: PointPolicy, weeks: Mapping[IsoWeek, WeekUse], already_counted: int
    ) -> Award:
        if verdict.is_import:
            ((worked_on, minutes),) = verdict.entries
            return credit_import(worked_on, minutes, weeks=weeks, policy=policy)
        return credit_contribution(
            verdict.entries,
            approved_minutes=verdict.minutes_approved,
            estimate_minutes=verdict.estimate_minutes,
            already_counted=already_counted,
            is_open_work=verdict.is_open_work,
            difficulty=verdict.difficulty,
            rubric=verdict.rubric,
            weeks=weeks,
            policy=policy,
        )

    def _pay(self, verdict: Verdict) -> int:
        if verdict.basis != "person" or verdict.reviewer is None or verdict.taken_at is None:
            return 0
        policy = self.policy_for(verdict.decided_at, verdict.version)
        before = sum(self._paid[one, verdict.paid_week] for one in verdict.reviewer_ids)
        points = review_pay(verdict.taken_at, verdict.decided_at, before, policy).points
        if points:
            self._paid[verdict.reviewer_ids[0], verdict.paid_week] += 1
        if points and not verdict.is_overturned and self._is_in_period(verdict.decided_at):
            outcome = self.people[verdict.reviewer]
            outcome.reviews += points
            outcome.paid_reviews += 1
            outcome.weighed += points * weight((self.today - verdict.decided_at.date()).days)
            self.spendable += points
        return points

    def _used(self, verdict: Verdict) -> dict[IsoWeek, WeekUse]:
        used = {}
        for week in {iso_week(day) for day, _minutes in verdict.entries}:
            found = [self._weeks.get((one, week), WeekUse()) for one in verdict.ids]
            used[week] = WeekUse(sum(u.full_minutes for u in found), sum(u.half_minutes for u in found))
        return used

    def _consume(self, verdict: Verdict, before: Mapping[IsoWeek, WeekUse], after: Mapping[IsoWeek, WeekUse]) -> int:
        """Write down what was taken of the weeks and of the task; returns the minutes."""
        minutes = 0
        for week, use in after.items():
            taken = _less(use, before[week])
            mine = self._weeks.get((verdict.ids[0], week), WeekUse())
            self._weeks[verdict.ids[0], week] = WeekUse(
                mine.full_minutes + taken.full_minutes, mine.half_minutes + taken.half_minutes
            )
            minutes += taken.counted_minutes
        self._on_task[verdict.ids[0], verdict.task] += minutes
        return minutes

    def _counted(self, verdict: Verdict) -> int:
        return sum(self._on_task[one, verdict.task] for one in verdict.ids)

    def _earn(self, verdict: Verdict, award: Award, decided_at: datetime, *, sign: int = 1) -> None:
        if not self._is_in_period(decided_at):
            return
        outcome, points = self.people[verdict.person], sign * award.points
        day = verdict.effective_on or decided_at.date()
        outcome.work += points
        outcome.weighed += points * weight((self.today - day).days)
        self.spendable += 0 if verdict.is_import else points

    def _is_in_period(self, moment: datetime) -> bool:
        return self.since is None or moment >= self.since


def _less(use: WeekUse, other: WeekUse) -> WeekUse:
    return WeekUse(use.full_minutes - other.full_minutes, use.half_minutes - other.half_minutes)


def _own(award: Award) -> dict[IsoWeek, WeekUse]:
    """What an award took of each week."""
    own: dict[IsoWeek, WeekUse] = {}
    for entry in award.entries:
        week = iso_week(entry.worked_on)
        found = own.get(week, WeekUse())
        own[week] = WeekUse(found.full_minutes + entry.full_minutes, found.half_minutes + entry.half_minutes)
    return own
