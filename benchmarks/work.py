"""Contributions of a year in every state, their verdicts, and the points that the rule and the ledger make of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.dice import Dice
from benchmarks.ground import BenchProject, add_task, note_steps
from benchmarks.people import People
from benchmarks.rows import Rows
from contributions.models import Contribution, Review, TimeEntry, Week
from contributions.rules import DAY_MINUTES_MOST
from core.models import StateChange
from projects.models import Task
from reputation.rules import IsoWeek, PointPolicy, WeekUse, credit_contribution, iso_week, review_pay
from reputation.services import approval_transfers, review_pay_transfers, transfer

YEAR = timedelta(days=365)
#: Newer work than this mostly waits for a review still.
FRESH = timedelta(days=21)
CHUNK = 2000
POLICY = PointPolicy()


@dataclass
class Books:
    """What approvals have taken so far of people's weeks and days, as the product's own tables will say."""

    weeks: dict[tuple[UUID, UUID], dict[IsoWeek, WeekUse]] = field(default_factory=dict)
    days: dict[tuple[UUID, date], int] = field(default_factory=dict)
    paid: dict[tuple[UUID, UUID, IsoWeek], int] = field(default_factory=dict)


def make_work(
    cursor: Any,
    dice: Dice,
    people: People,
    projects: list[BenchProject],
    *,
    contributions: int,
    now: datetime,
    progress: Callable[[int], None],
) -> None:
    """Work of a year, the busiest people first by far; credited by the point rule, posted by the ledger's function."""
    by_guild: dict[UUID, list[BenchProject]] = {}
    for project in projects:
        by_guild.setdefault(project.guild.id, []).append(project)
    weights = [(rank + 100) ** -0.8 for rank in range(len(people.subjects))]
    workers = dice.choices(people.subjects, weights, k=contributions)
    moments = sorted(dice.moment(now - YEAR, now - timedelta(hours=3)) for _number in range(contributions))
    books = Books()
    for first in range(0, contributions, CHUNK):
        rows = {model: Rows(model) for model in (Task, Contribution, TimeEntry, Review, StateChange)}
        transfers: list[Any] = []
        for subject, at in zip(workers[first : first + CHUNK], moments[first : first + CHUNK], strict=True):
            project = dice.choice(by_guild[people.guild_of[subject].id])
            _Work(rows, dice, project, subject, at, now, books, transfers).make()
        for table in rows.values():
            table.write(cursor)
        for start in range(0, len(transfers), 1000):
            transfer(transfers[start : start + 1000], now=now)
        progress(min(contributions, first + CHUNK))
    _write_weeks(cursor, books)


@dataclass
class _Work:
    """One contribution on its way through its states."""

    rows: dict[Any, Rows]
    dice: Dice
    project: BenchProject
    subject: UUID
    at: datetime
    now: datetime
    books: Books
    transfers: list[Any]

    def make(self) -> None:
        minutes, day = self.dice.choice((30, 60, 60, 90, 120, 180)), self.at.date()
        state = self._state(minutes, day)
        key = self.dice.uuid(self.at)
        is_open_work = self.dice.random() < 0.6 or state in ("draft", "withdrawn")
        task = self.project.open_work if is_open_work else self._task(state)
        credit = self._review(key, state, minutes, day, is_open_work=is_open_work)
        reviewer = credit.pop("reviewer_id", None)
        self._steps(key, state, reviewer)
        guild = self.project.guild.id
        self.rows[Contribution].add(
            id=key, subject_id=self.subject, client_id=self.dice.uuid(self.at), guild_id=guild, task_id=task,
            project_id=self.project.id, role="code", state=state, note=self.dice.words(9) + ".",
            link="https://git.example.org/project/pull/1", reviewer_id=reviewer, created_at=self.at,
            submitted_at=None if state in ("draft", "withdrawn") else self.at, **credit,
        )  # fmt: skip
        self.rows[TimeEntry].add(
            id=self.dice.uuid(self.at), contribution_id=key, subject_id=self.subject, worked_on=day, minutes=minutes,
            counts=state not in ("draft", "withdrawn", "returned", "rejected"),
        )  # fmt: skip

    def _state(self, minutes: int, day: date) -> str:
        taken = self.books.days.get((self.subject, day), 0)
        if taken + minutes > DAY_MINUTES_MOST:
            return "draft"
        if self.now - self.at < FRESH and self.dice.random() < 0.75:
            state = self.dice.choices(("submitted", "in_review"), (85, 15))[0]
        else:
            names = ("approved", "returned", "rejected", "draft", "withdrawn")
            state = self.dice.choices(names, (92, 2, 3, 2, 1))[0]
        if state in ("approved", "submitted", "in_review"):
            self.books.days[self.subject, day] = taken + minutes
        return state

    def _task(self, state: str) -> UUID:
        stands = {"submitted": "submitted", "in_review": "submitted", "returned": "returned", "rejected": "claimed"}
        by = self.dice.choice(self.project.guild.maintainers)
        at = self.at - timedelta(days=2)
        return add_task(
            self.rows, self.dice, self.project, by=by, at=at, state=stands.get(state, "accepted"), holder=self.subject
        )

    def _review(self, key: UUID, state: str, minutes: int, day: date, *, is_open_work: bool) -> dict[str, Any]:
        """The verdict, if there is one, and what it writes on the contribution."""
        if state in ("draft", "submitted", "withdrawn"):
            return {}
        others = [subject for subject in self.project.guild.reviewers if subject != self.subject]
        reviewer = self.dice.choice(others)
        # Most verdicts come too late to be paid: the ledger would hold little else than reviewers' pay.
        decided = min(self.now, self.at + timedelta(days=9 if self.dice.random() < 0.9 else 2))
        taken = self.at + timedelta(minutes=1)
        if state == "in_review":
            return {"reviewer_id": reviewer, "taken_at": taken}
        review = self.dice.uuid(decided)
        pay = self._pay(review, reviewer, taken, decided)
        words: dict[str, Any] = {"reason": self.dice.words(8) + "."}
        credit: dict[str, Any] = {"reviewer_id": reviewer, "taken_at": taken}
        if state == "approved":
            words |= {
                "verdict": "approved",
                "rubric": self.dice.choice((2, 3, 3, 4, 4, 5)),
                "minutes_approved": minutes,
            }
            credit |= {"decided_at": decided}
            credit |= self._credit(key, minutes, day, words["rubric"], decided, is_open_work=is_open_work)
        else:
            words |= {"verdict": state, "next_step": "Take a starter task." if state == "rejected" else ""}
            credit |= {"decided_at": decided} if state == "rejected" else {}
        self.rows[Review].add(
            id=review, contribution_id=key, contributor_id=self.subject, reviewer_id=reviewer, policy_version=1,
            points_paid=pay, taken_at=taken, decided_at=decided, **words,
        )  # fmt: skip
        return credit

    def _credit(
        self, key: UUID, minutes: int, day: date, rubric: int, decided: datetime, *, is_open_work: bool
    ) -> dict[str, Any]:
        guild = self.project.guild.id
        weeks = self.books.weeks.setdefault((self.subject, guild), {})
        award = credit_contribution(
            [(day, minutes)], approved_minutes=minutes, estimate_minutes=60, already_counted=0,
            is_open_work=is_open_work, difficulty="S", rubric=rubric, policy=POLICY,
            weeks={iso_week(day): weeks.get(iso_week(day), WeekUse())},
        )  # fmt: skip
        weeks.update(award.weeks)
        self.transfers += approval_transfers(
            source_kind="contribution", source_id=key, guild=guild, subject=self.subject, points=award.points,
            policy_version=1, arithmetic=award.arithmetic, effective_at=decided,
            vests_on=decided.date() + timedelta(days=8),
        )  # fmt: skip
        minted = {"minutes_counted": award.counted_minutes, "minutes_credited": award.credited_minutes}
        return {"points": award.points, **minted}

    def _pay(self, review: UUID, reviewer: UUID, taken: datetime, decided: datetime) -> int:
        guild = self.project.guild.id
        week = (reviewer, guild, iso_week(decided.date()))
        pay = review_pay(taken, decided, self.books.paid.get(week, 0), POLICY)
        if pay.points:
            self.books.paid[week] = self.books.paid.get(week, 0) + 1
            self.transfers += review_pay_transfers(
                source_kind="review", source_id=review, guild=guild, subject=reviewer, points=pay.points,
                policy_version=1, arithmetic=pay.arithmetic, effective_at=decided,
                vests_on=decided.date() + timedelta(days=8),
            )  # fmt: skip
        return pay.points

    def _steps(self, key: UUID, state: str, reviewer: UUID | None) -> None:
        note_steps(self.rows, self.dice, "contribution", key, ("draft",), self.subject, self.at, first=True)
        way = {"draft": (), "withdrawn": ("withdrawn",), "submitted": ("submitted",)}
        before = "draft"
        for after in way.get(state, ("submitted", "in_review", *([state] if state != "in_review" else []))):
            actor = self.subject if after in ("submitted", "withdrawn") else reviewer
            note_steps(self.rows, self.dice, "contribution", key, (before, after), actor, self.at)
            before = after


def _write_weeks(cursor: Any, books: Books) -> None:
    rows = Rows(Week)
    wanted = {(s, g, week) for (s, g), weeks in books.weeks.items() for week in weeks} | set(books.paid)
    for subject, guild, week in sorted(wanted):
        use = books.weeks.get((subject, guild), {}).get(week, WeekUse())
        rows.add(
            subject_id=subject, guild_id=guild, iso_year=week[0], iso_week=week[1], full_minutes=use.full_minutes,
            half_minutes=use.half_minutes, paid_reviews=books.paid.get((subject, guild, week), 0),
        )  # fmt: skip
    rows.write(cursor)
