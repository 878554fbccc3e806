"""Guilds full of honest people, and some who are not, for what looks for patterns. Seeded: the same crowd every time.

Honest does not mean uniform: guilds of very different sizes, three to twenty reviewers of whom some do most of the work,
friends who ask each other first, hours spread log-normally with slow and quick people, workshops that bring thirty people
on one day, tasks whose estimates are off.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from accounts.models import Subject
from contributions.models import Contribution, Review
from contributions.rules_patterns import Approved, Joined, PublishedTask
from guilds.models import Membership
from projects.models import Project, Task
from tests.factories import World

START = datetime(2026, 9, 1, 6, tzinfo=UTC)
ROLES = ("code", "data", "field", "docs", "testing")
DIFFICULTY = {"XS": 0.8, "S": 1.0, "M": 1.25, "L": 1.5}


@dataclass
class Crowd:
    """One guild: what happened in it, and who of it was planted, by kind."""

    approvals: list[Approved] = field(default_factory=list)
    tasks: list[PublishedTask] = field(default_factory=list)
    joined: list[Joined] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)
    reviewers: list[UUID] = field(default_factory=list)
    planted: dict[str, set[UUID]] = field(default_factory=dict)


class Maker:
    """Makes crowds with one set of dice."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def uuid(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128), version=4)

    def honest(self, size: int) -> Crowd:
        """A guild of so many honest people over a quarter."""
        dice, crowd = self.dice, Crowd()
        crowd.people = [self.uuid() for _ in range(size)]
        crowd.reviewers = dice.sample(crowd.people, max(3, min(20, size // 9)))
        eagerness = {one: dice.lognormvariate(0, 0.9) for one in crowd.reviewers}
        workshop = START + timedelta(days=dice.randrange(60))
        for one in crowd.people:
            at = workshop if dice.random() < 0.2 else START + timedelta(days=dice.random() * 85)
            crowd.joined.append(Joined(one, at + timedelta(minutes=dice.random() * 90)))
        projects = [self.uuid() for _ in range(max(1, size // 25))]
        for project in projects:
            for _ in range(dice.randrange(12, 40)):
                self.task(crowd, f"{project}:{dice.choice(ROLES)}")
        for one in crowd.people:
            friends = dice.sample(crowd.reviewers, min(2, len(crowd.reviewers)))
            pace = dice.lognormvariate(0, 0.35)
            for _ in range(min(60, int(dice.lognormvariate(2.0, 0.9)))):
                task = dice.choice(crowd.tasks)
                judge = dice.choice(friends) if dice.random() < 0.25 else self._judge(crowd, eagerness)
                if judge == one:
                    judge = next(r for r in crowd.reviewers if r != one)
                minutes = max(5, min(180, int(task.estimate_minutes * pace * dice.lognormvariate(-0.2, 0.4))))
                self.approve(crowd, one, judge, task, minutes)
        return crowd

    def _judge(self, crowd: Crowd, eagerness: dict[UUID, float]) -> UUID:
        return self.dice.choices(crowd.reviewers, [eagerness[one] for one in crowd.reviewers])[0]

    def task(self, crowd: Crowd, kind: str, *, estimate: int | None = None, size: str = "") -> PublishedTask:
        """A task as honest maintainers cut them: mostly an hour, mostly easy."""
        dice = self.dice
        estimate = estimate or max(15, min(120, int(dice.lognormvariate(4.0, 0.45) / 15) * 15))
        size = size or dice.choices(list(DIFFICULTY), [3, 6, 3, 1])[0]
        value = estimate / 60 * 10 * DIFFICULTY[size]
        made = PublishedTask(self.uuid(), kind, self.dice.choice(crowd.reviewers), estimate, value)
        crowd.tasks.append(made)
        return made

    def approve(self, crowd: Crowd, who: UUID, by: UUID, task: PublishedTask, minutes: int) -> None:
        """One approval some time in the quarter."""
        at = START + timedelta(minutes=self.dice.randrange(85 * 1440))
        points = max(1, round(minutes / 6))
        crowd.approvals.append(Approved(self.uuid(), who, by, task.task, task.kind, minutes, points, at))

    def plant_ring(self, crowd: Crowd, people: int = 5, pieces: int = 8) -> None:
        """Five who became reviewers and approve one another, and now and then somebody else's work, for looks."""
        ring = [self.uuid() for _ in range(people)]
        crowd.people += ring
        for one in ring:
            crowd.joined.append(Joined(one, START))
            for _ in range(pieces):
                other = self.dice.choice([member for member in ring if member != one])
                self.approve(crowd, one, other, self.dice.choice(crowd.tasks), self.dice.randrange(40, 100))
            self.approve(crowd, one, self.dice.choice(crowd.reviewers), self.dice.choice(crowd.tasks), 45)
            self.approve(crowd, self.dice.choice(crowd.people[:-people]), one, self.dice.choice(crowd.tasks), 45)
        crowd.planted["ring"] = set(ring)

    def plant_padded_hours(self, crowd: Crowd, times: float = 3.2) -> None:
        """Somebody who claims three times what others take for the same work."""
        one = self.uuid()
        crowd.people.append(one)
        for _ in range(12):
            task = self.dice.choice(crowd.tasks)
            minutes = int(task.estimate_minutes * 0.8 * times * self.dice.lognormvariate(0, 0.15))
            self.approve(crowd, one, self.dice.choice(crowd.reviewers), task, minutes)
        crowd.planted["long_hours"] = {one}

    def plant_inflated_task(self, crowd: Crowd) -> None:
        """Work of a quarter of an hour among its like, published as two hard hours by whoever takes it."""
        kind = f"{self.uuid()}:data"
        for _ in range(24):
            self.task(crowd, kind, estimate=self.dice.choice([15, 15, 30]), size=self.dice.choice(["XS", "S"]))
        made = self.task(crowd, kind, estimate=120, size="L")
        crowd.planted["inflated_task"] = {made.task}

    def plant_pair(self, crowd: Crowd) -> None:
        """Two who approve each other's work and hardly anybody else's."""
        one, other = self.uuid(), self.uuid()
        crowd.people += [one, other]
        for _ in range(9):
            self.approve(crowd, one, other, self.dice.choice(crowd.tasks), 60)
            self.approve(crowd, other, one, self.dice.choice(crowd.tasks), 60)
        crowd.planted["pair"] = {one, other}

    def plant_patron(self, crowd: Crowd) -> None:
        """Somebody whose work is always approved by the same reviewer, who otherwise hardly reviews."""
        one, patron = self.uuid(), self.uuid()
        crowd.people += [one, patron]
        for _ in range(14):
            self.approve(crowd, one, patron, self.dice.choice(crowd.tasks), 60)
        for _ in range(3):
            self.approve(crowd, self.dice.choice(crowd.people[:-2]), patron, self.dice.choice(crowd.tasks), 45)
        crowd.planted["one_reviewer"] = {one, patron}

    def plant_burst(self, crowd: Crowd, people: int = 14) -> None:
        """Fourteen accounts made in one hour, whose work one reviewer approves."""
        patron = self.uuid()
        new = [self.uuid() for _ in range(people)]
        crowd.people += [patron, *new]
        for number, one in enumerate(new):
            crowd.joined.append(Joined(one, START + timedelta(days=40, minutes=4 * number)))
            for _ in range(3):
                self.approve(crowd, one, patron, self.dice.choice(crowd.tasks), 60)
        crowd.planted["burst"] = set(new)


def load(crowd: Crowd, world: World, *, now: datetime) -> None:
    """Put a crowd into the world's guild as rows, as the services would have left them; all of it lies before `now`."""
    shift = now - (START + timedelta(days=86))
    people = {one for a in crowd.approvals for one in (a.contributor, a.reviewer)} | set(crowd.people)
    Subject.objects.bulk_create(Subject(pk=one) for one in people)
    Membership.objects.bulk_create(
        Membership(guild=world.guild, subject_id=one.subject, joined_at=one.at + shift) for one in crowd.joined
    )
    projects = {task.kind.partition(":")[0] for task in crowd.tasks}
    Project.objects.bulk_create(
        Project(
            pk=UUID(project),
            guild=world.guild,
            problem=world.problem,
            slug=f"crowd-{project}",
            title="A map",
            summary="Of the river.",
            state="active",
            author=world.maintainer,
            created_at=START + shift,
        )
        for project in projects
    )
    factors = {round(factor, 2): size for size, factor in DIFFICULTY.items()}
    Task.objects.bulk_create(
        Task(
            pk=task.task, project_id=UUID(task.kind.partition(":")[0]), title="Label photos", role=task.kind.partition(":")[2],
            estimate_minutes=task.estimate_minutes,
            difficulty=factors[round(task.value * 6 / task.estimate_minutes, 2)], state="accepted",
            author_id=task.publisher, published_by_id=task.publisher, published_at=START + shift, created_at=START + shift,
            claimed_by_id=task.publisher, claimed_at=START + shift,
        )
        for task in crowd.tasks
    )  # fmt: skip
    Contribution.objects.bulk_create(
        (
            Contribution(
                pk=a.work, subject_id=a.contributor, client_id=a.work, guild=world.guild,
                project_id=UUID(a.kind.partition(":")[0]), task_id=a.task,
                role=a.kind.partition(":")[2], state="vested", created_at=a.decided_at + shift,
                submitted_at=a.decided_at + shift, decided_at=a.decided_at + shift, minutes_counted=0, minutes_credited=0,
                points=a.points,
            )
            for a in crowd.approvals
        ),
        batch_size=2000,
    )  # fmt: skip
    Review.objects.bulk_create(
        (
            Review(
                contribution_id=a.work, contributor_id=a.contributor, reviewer_id=a.reviewer, verdict="approved", rubric=3,
                minutes_approved=a.minutes, policy_version=1, taken_at=a.decided_at + shift, decided_at=a.decided_at + shift,
            )
            for a in crowd.approvals
        ),
        batch_size=2000,
    )  # fmt: skip


def make_crowds(seed: int = 7, people: int = 2000) -> list[Crowd]:
    """Honest people in guilds of six to four hundred, all kinds of dishonest ones planted in guilds of their own choice."""
    maker = Maker(seed)
    crowds: list[Crowd] = []
    left = people
    while left > 0:
        size = min(left, max(6, min(400, int(maker.dice.lognormvariate(4.0, 0.9)))))
        size = left if left - size < 6 else size
        crowds.append(maker.honest(size))
        left -= size
    large = sorted(crowds, key=lambda crowd: -len(crowd.people))
    plants = (
        maker.plant_ring, maker.plant_padded_hours, maker.plant_inflated_task, maker.plant_pair, maker.plant_patron,
        maker.plant_burst,
    )  # fmt: skip
    for number, plant in enumerate(plants):
        plant(large[number % min(4, len(large))])
    return crowds
