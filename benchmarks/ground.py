"""What people work on: problems, the projects that answer them, and their tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.dice import Dice
from benchmarks.people import BenchGuild, People
from benchmarks.rows import Rows
from core.models import StateChange
from projects.models import Problem, Project, Task

ROLES = ("code", "data", "annotation", "translation", "docs", "testing", "field")
PLACES = ("Majuli, Assam", "Kupang", "Kisumu", "Jorhat, Assam", "Dharavi, Mumbai")
OPEN_TASKS = 8
PROBLEM_STEPS = ("draft", "submitted", "accepted", "in_project")


@dataclass
class BenchProject:
    """A project while the world is made, with its open-work task."""

    id: UUID
    guild: BenchGuild
    open_work: UUID
    tasks: int = 0
    #: Tasks that somebody finished are made along with the work on them.
    finished: list[UUID] = field(default_factory=list)


def make_ground(
    cursor: Any, dice: Dice, people: People, *, problems: int, projects: int, now: datetime
) -> list[BenchProject]:
    """Problems of all guilds, the first `projects` of them answered by a project with open tasks."""
    rows = {model: Rows(model) for model in (Problem, Project, Task, StateChange)}
    made = []
    for number in range(problems):
        guild = people.guilds[number % len(people.guilds)]
        told = dice.moment(now - timedelta(days=480), now - timedelta(days=380))
        state = "in_project" if number < projects else dice.choice(("accepted", "submitted", "draft"))
        problem = _problem(rows, dice, guild, number, told, state)
        if number < projects:
            made.append(_project(rows, dice, guild, number, problem, told + timedelta(days=5)))
    for table in rows.values():
        table.write(cursor)
    return made


def _problem(rows: dict[Any, Rows], dice: Dice, guild: BenchGuild, number: int, told: datetime, state: str) -> UUID:
    author = dice.choice(guild.members)
    key = dice.uuid(told)
    accepted = None if state in ("draft", "submitted") else told + timedelta(days=2)
    rows[Problem].add(
        id=key, guild_id=guild.id, slug=f"problem-{number}", title=dice.words(7), statement=_text(dice, 60),
        affected_people=dice.words(3), affected_count=dice.randrange(20, 5000), evidence=_text(dice, 30),
        place=dice.choice(PLACES), language=dice.choice(("en", "en", "en", "bn", "hi")), state=state, author_id=author,
        created_at=told, submitted_at=None if state == "draft" else told + timedelta(days=1), accepted_at=accepted,
    )  # fmt: skip
    for step in range(PROBLEM_STEPS.index(state) + 1):
        note_steps(
            rows, dice, "problem", key, PROBLEM_STEPS[max(0, step - 1) : step + 1], author, told, first=step == 0
        )
    return key


def _project(
    rows: dict[Any, Rows], dice: Dice, guild: BenchGuild, number: int, problem: UUID, begun: datetime
) -> BenchProject:
    by = dice.choice(guild.maintainers)
    project = BenchProject(dice.uuid(begun), guild, dice.uuid(begun))
    rows[Project].add(
        id=project.id, guild_id=guild.id, problem_id=problem, slug=f"project-{number}", title=dice.words(6),
        summary=_text(dice, 60), repository_url="https://git.example.org/project", state="active", author_id=by,
        created_at=begun,
    )  # fmt: skip
    for step in (("proposal",), ("proposal", "incubating"), ("incubating", "active")):
        note_steps(rows, dice, "project", project.id, step, by, begun, first=len(step) == 1)
    rows[Task].add(
        id=project.open_work, project_id=project.id, title="Open work", role="code", is_open_work=True,
        state="published", author_id=by, published_by_id=by, published_at=begun, created_at=begun,
    )  # fmt: skip
    for _number in range(OPEN_TASKS):
        add_task(rows, dice, project, by=by, at=begun, state="published")
    return project


def add_task(
    rows: dict[Any, Rows],
    dice: Dice,
    project: BenchProject,
    *,
    by: UUID,
    at: datetime,
    state: str,
    holder: UUID | None = None,
    difficulty: str = "S",
    estimate: int = 60,
) -> UUID:
    """A published task; with a `holder` it is theirs."""
    key = dice.uuid(at)
    project.tasks += 1
    rows[Task].add(
        id=key, project_id=project.id, title=dice.words(6), description=_text(dice, 40), role=dice.choice(ROLES),
        difficulty=difficulty, estimate_minutes=estimate, is_starter=project.tasks < 3, state=state, author_id=by,
        published_by_id=by, published_at=at, created_at=at, claimed_by_id=holder, claimed_at=at if holder else None,
    )  # fmt: skip
    note_steps(rows, dice, "task", key, ("draft",), by, at, first=True)
    note_steps(rows, dice, "task", key, ("draft", "published"), by, at)
    if holder:
        note_steps(rows, dice, "task", key, ("published", "claimed"), holder, at)
    return key


def note_steps(
    rows: dict[Any, Rows],
    dice: Dice,
    kind: str,
    key: UUID,
    steps: tuple[str, ...],
    actor: UUID | None,
    at: datetime,
    *,
    first: bool = False,
) -> None:
    """Write down a step between two states, or (with `first`) the birth in one."""
    rows[StateChange].add(
        id=dice.uuid(at), object_kind=kind, object_id=key, from_state="" if first else steps[0], to_state=steps[-1],
        actor=actor, changed_at=at,
    )  # fmt: skip


def _text(dice: Dice, words: int) -> str:
    return f"{dice.words(words // 2)}.\n\n{dice.words(words // 2)}."
