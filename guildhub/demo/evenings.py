"""Ordinary evenings: most weeks most people do a task or some open work, and a reviewer looks at it days later."""

from __future__ import annotations

from datetime import datetime, timedelta

from contributions.models import Contribution
from contributions.services import withdraw_contribution
from guildhub.demo.episodes import CAMP, CAMP_WEEKS_AGO
from guildhub.demo.founding import LEFT
from guildhub.demo.people import PEOPLE, Person
from guildhub.demo.stage import Stage, texts
from guildhub.demo.timeline import Step
from guildhub.demo.verdicts import plan_verdict
from projects.models import Task
from projects.rules import PROJECT_TAKES_WORK
from projects.services import claim_task

WEEKS = 25
#: Share of their usual evenings that people come. A week of everybody's full rhythm makes the first run wait too long.
BUSY = 0.66
#: Evenings of the last days are told one by one (`lately`).
LAST_DAY = 4
#: Roles whose work leaves something that a link can show.
_LINKED = ("code", "data", "docs", "design", "field")
_OPEN_WORK_SHARE = 0.22


def plan_evenings(stage: Stage) -> None:
    """Put everybody's evenings onto the timeline, week by week."""
    line = stage.line
    for weeks in range(WEEKS, -1, -1):
        for person in PEOPLE:
            if weeks == CAMP_WEEKS_AGO and person.key in CAMP:
                continue
            for weekday in _weekdays(stage, person):
                moment = line.weeks_ago(weeks, weekday, stage.chance.randrange(17, 23), stage.chance.randrange(0, 60))
                left = line.days_ago(LEFT[person.key]) if person.key in LEFT else line.now
                if line.days_ago(person.joined - 1) < moment < min(left, line.days_ago(LAST_DAY)):
                    line.at(moment, _evening(stage, person))


def _weekdays(stage: Stage, person: Person) -> list[int]:
    """On how many evenings of one week, and on which; sometimes one more, often none."""
    likely = person.rhythm * BUSY
    count = int(likely) + (stage.chance.random() < likely % 1)
    count += person.rhythm > 0 and stage.chance.random() < 0.06
    return sorted(stage.chance.sample(range(7), count))


def _evening(stage: Stage, person: Person) -> Step:
    def work(now: datetime) -> None:
        task = _choose_task(stage, person)
        if task is None:
            return
        if task.state == "published" and not task.is_open_work and stage.chance.random() < 0.25:
            # Some claim first and work the evening after.
            claim_task(task=task, by=stage.people[person.key], now=now)
            stage.line.at(now + timedelta(hours=23), lambda later: _log(stage, person, task, later))
            return
        _log(stage, person, task, now)

    return work


def _choose_task(stage: Stage, person: Person) -> Task | None:
    """Something begun before, else a task of a kind they like, else another one, else open work."""
    me = stage.people[person.key].pk
    kept = {stage.tasks[key].pk for key in stage.kept if key in stage.tasks}
    rows = Task.objects.select_related("project__guild").filter(
        project__guild=stage.guilds[person.guild], project__state__in=PROJECT_TAKES_WORK
    )
    mine = rows.filter(claimed_by=me, state="claimed").exclude(pk__in=kept).order_by("pk").first()
    if mine is not None:
        return mine
    published = list(rows.filter(state="published").order_by("published_at", "pk"))
    free = [task for task in published if task.pk not in kept and not task.is_open_work]
    liked = [task for task in free if task.role in person.roles]
    open_work = [task for task in published if task.is_open_work and task.project != stage.projects.get("shoonya")]
    likes_open_work = stage.chance.random() < _OPEN_WORK_SHARE
    choice = (open_work if likes_open_work else liked[:6] or free[:3]) or open_work
    return stage.chance.choice(choice) if choice else None


def _log(stage: Stage, person: Person, task: Task, now: datetime) -> None:
    words, chance = texts("words")[person.guild], stage.chance
    share = (
        chance.choice((0.6, 0.8, 0.9, 1.0, 1.0, 1.1, 1.3))
        if not task.is_open_work
        else chance.choice((0.5, 0.75, 1, 1.5))
    )
    minutes = max(15, round(task.estimate_minutes * share / 5) * 5)
    notes = words["open_work"] if task.is_open_work else words["notes"].get(task.role, words["open_work"])
    note = chance.choice(notes) if minutes > 60 or chance.random() < 0.8 else ""
    link = chance.choice(words["links"]).format(chance.randrange(100, 999)) if task.role in _LINKED else ""
    is_clocked = chance.random() < 0.2
    contribution = stage.log(
        person.key,
        task,
        minutes,
        now,
        note=note,
        link=link,
        days_before=0 if is_clocked else chance.choice((0, 0, 0, 1)),
        clocked=is_clocked,
    )
    if contribution.state != Contribution.State.SUBMITTED:
        return
    if chance.random() < 0.03:
        stage.line.at(now + timedelta(minutes=3), _undo(stage, person, contribution))
        return
    is_late = now > stage.line.days_ago(17)
    plan_verdict(stage, contribution, person, now, is_quick=is_late)


def _undo(stage: Stage, person: Person, contribution: Contribution) -> Step:
    def undo(now: datetime) -> None:
        withdraw_contribution(contribution=contribution, by=stage.people[person.key], now=now)

    return undo
