"""What the chapters of the demo share: the clock, the chance, and everybody and everything by its short name."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from accounts.models import Subject
from contributions.models import Contribution
from contributions.services import EntryInput, log_hours
from guildhub.demo.people import PEOPLE, Person
from guildhub.demo.timeline import Timeline
from guilds.models import Guild
from projects.models import Problem, Project, Task

DATA = Path(__file__).parent / "data"
MAIN_GUILD = "brahmaputra-flood-watch"


@cache
def texts(name: str) -> Any:
    """A file of the demo's words."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


class Stage:
    """Everything that exists so far in the story, and when it is."""

    def __init__(self, now: datetime) -> None:
        self.line = Timeline(now)
        #: Seeded, and drawn from in the order of the story: the same now gives the same guild.
        self.chance = random.Random("guildhub demo")
        self.cast: dict[str, Person] = {person.key: person for person in PEOPLE}
        self.people: dict[str, Subject] = {}
        self.guilds: dict[str, Guild] = {}
        self.problems: dict[str, Problem] = {}
        self.projects: dict[str, Project] = {}
        self.tasks: dict[str, Task] = {}
        #: Tasks that a later chapter needs open; nobody picks them up on an ordinary evening.
        self.kept: set[str] = set()
        #: Keys of every task on the timeline, in the order of the texts.
        self.tasks_planned: list[str] = []
        self._logged = 0

    def task(self, key: str) -> Task:
        """A task by its key, or the open work of a project by `open:<project>`, as it is now."""
        rows = Task.objects.select_related("project__guild")
        kind, _colon, project = key.partition(":")
        if kind == "open" and project:
            return rows.get(project=self.projects[project], is_open_work=True)
        return rows.get(pk=self.tasks[key].pk)

    def task_of(self, contribution: Contribution) -> Task:
        """The task that a contribution is about, as it is now."""
        return Task.objects.select_related("project__guild").get(pk=contribution.task_id)

    def local_date(self, person: str, moment: datetime) -> date:
        """The person's calendar date at a moment."""
        return moment.astimezone(ZoneInfo(self.cast[person].zone)).date()

    def log(
        self,
        person: str,
        task: Task,
        minutes: int,
        now: datetime,
        *,
        note: str = "",
        link: str = "",
        days_before: int = 0,
        clocked: bool = False,
    ) -> Contribution:
        """Log work that ended at `now`, or some days before."""
        ended_at = now - timedelta(days=days_before)
        started_at = ended_at - timedelta(minutes=minutes)
        worked_on = self.local_date(person, started_at if clocked else ended_at)
        self._logged += 1
        return log_hours(
            by=self.people[person],
            client_id=demo_id(f"entry {self._logged}"),
            task=task,
            entries=[EntryInput(worked_on, minutes, started_at if clocked else None)],
            now=now,
            note=note,
            link=link,
        ).contribution


def demo_id(name: str) -> UUID:
    """An id that is the same in every demo."""
    return uuid5(NAMESPACE_URL, f"https://example.org/guildhub-demo/{name}")
