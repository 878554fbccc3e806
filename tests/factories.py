"""People and a small guild at work, built through the real services: what most tests stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress

from accounts.models import ImportedIdentity, Subject, User
from accounts.queries import email_hash
from accounts.rules import name_key
from core.ids import uuid7
from guilds.models import Guild
from guilds.services import grant_right, join_guild, open_guild, propose_guild, publish_policy
from projects.models import Problem, Project, Task
from projects.services import (
    accept_problem,
    change_project_state,
    draft_problem,
    draft_task,
    propose_project,
    publish_task,
    submit_problem,
)

#: A Monday morning that every test may count from.
MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@dataclass
class World:
    """One open guild with its people, an accepted problem, a started project, and tasks.

    newcomer and outsider have a login and belong to no guild; contributor, reviewer, maintainer and steward do, the
    last three with the right of that name; hub_steward opens guilds.
    """

    guild: Guild
    hub_steward: Subject
    steward: Subject
    maintainer: Subject
    reviewer: Subject
    contributor: Subject
    newcomer: Subject
    outsider: Subject
    problem: Problem
    project: Project
    task: Task
    open_work: Task
    now: datetime = MONDAY
    extra: dict[str, object] = field(default_factory=dict)

    def later(self, **delta: float) -> datetime:
        """Let time pass and return the new now."""
        self.now += timedelta(**delta)
        return self.now


def without_second_looks(world: World) -> World:
    """The world with a policy under which approvals are looked at once."""
    publish_policy(
        guild=world.guild, by=world.steward, now=world.now, second_look_percent=0, newcomer_second_looks=0,
        reviewer_second_looks=0, reviewer_share_percent=100,
    )  # fmt: skip
    return world


def make_person(name: str, *, is_hub_steward: bool = False) -> Subject:
    """A user with a login, and the Subject behind it."""
    user = User.objects.create_user(f"{name}-{uuid7().hex[-8:]}@example.org", is_staff=is_hub_steward)
    return user.subject


def verify_email(person: Subject, email: str = "") -> str:
    """Give a person a verified address (their login's, unless another is named) and return it."""
    email = email or person.user.email
    EmailAddress.objects.create(user=person.user, email=email, verified=True, primary=email == person.user.email)
    return email


def make_author(name: str, email: str) -> ImportedIdentity:
    """Somebody an imported history speaks of; nobody has claimed them."""
    return ImportedIdentity.objects.create(
        subject=Subject.objects.create(), name=name, name_key=name_key(name), email_hash=email_hash(email)
    )


def make_task(world_or_project: World | Project, by: Subject, now: datetime, **fields: object) -> Task:
    """A published task of 120 minutes, S, unless the fields say otherwise."""
    project = world_or_project.project if isinstance(world_or_project, World) else world_or_project
    values: dict[str, object] = {"title": "Label 40 photos", "difficulty": "S", "estimate_minutes": 120, **fields}
    task = draft_task(project=project, by=by, now=now, **values)  # type: ignore[arg-type]
    return publish_task(task=task, by=by, now=now)


def make_world(now: datetime = MONDAY) -> World:
    """Everything the main loop needs, at `now` minus a day."""
    start = now - timedelta(days=1)
    hub = make_person("hub", is_hub_steward=True)
    steward, maintainer, reviewer = make_person("steward"), make_person("maintainer"), make_person("reviewer")
    contributor, newcomer, outsider = make_person("contributor"), make_person("newcomer"), make_person("outsider")
    guild = propose_guild(
        slug=f"guild-{uuid7().hex[-8:]}", name="River Watch", summary="Flood maps", by=steward, now=start
    )
    guild = open_guild(guild=guild, steward=steward, by=hub, now=start)
    for person in (maintainer, reviewer, contributor):
        join_guild(guild=guild, by=person, now=start)
    grant_right(guild=guild, subject=maintainer, right="maintainer", by=steward, now=start)
    grant_right(guild=guild, subject=reviewer, right="reviewer", by=steward, now=start)
    problem = draft_problem(
        guild=guild,
        by=contributor,
        now=start,
        title="Floods reach the village before the warning",
        statement="Warnings come by radio, in another language.",
        affected_people="farmers along the river",
        place="Majuli",
    )
    problem = submit_problem(problem=problem, by=contributor, now=start)
    problem = accept_problem(problem=problem, by=maintainer, now=start)
    project = propose_project(problem=problem, by=maintainer, now=start, title="Flood map", summary="A map on paper.")
    project = change_project_state(project=project, to="incubating", by=maintainer, now=start)
    task = make_task(project, maintainer, start)
    return World(
        guild=guild,
        hub_steward=hub,
        steward=steward,
        maintainer=maintainer,
        reviewer=reviewer,
        contributor=contributor,
        newcomer=newcomer,
        outsider=outsider,
        problem=problem,
        project=project,
        task=task,
        open_work=project.tasks.get(is_open_work=True),
        now=now,
    )
