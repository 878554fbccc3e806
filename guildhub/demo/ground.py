"""Problems as people tell them, the projects that answer them, and their tasks: the texts brought to life in order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from guildhub.demo.stage import Stage, texts
from guildhub.demo.timeline import Step
from projects.models import Project
from projects.rules import TASK_TRANSITIONS
from projects.services import (
    accept_problem,
    change_project_state,
    decide_problem,
    draft_problem,
    draft_task,
    expire_task,
    mark_duplicate_problem,
    propose_project,
    publish_task,
    submit_problem,
)

_TOLD = ("title", "statement", "affected_people", "affected_count", "evidence", "place", "language")
_TASK = ("title", "description", "role", "difficulty", "skills")


def plan_ground(stage: Stage) -> None:
    """Put every problem, project and task onto the timeline."""
    for told in texts("problems"):
        _plan_problem(stage, told)
    for written in texts("projects"):
        _plan_project(stage, written)


def _plan_problem(stage: Stage, told: dict[str, Any]) -> None:
    key = told["key"]

    def tell(now: datetime) -> None:
        words = {name: told[name] for name in _TOLD if name in told}
        if "latitude" in told:
            words |= {"latitude": Decimal(told["latitude"]), "longitude": Decimal(told["longitude"])}
        stage.problems[key] = draft_problem(
            guild=stage.guilds[told["guild"]], by=stage.people[told["author"]], now=now, **words
        )

    def hand_in(now: datetime) -> None:
        submit_problem(problem=stage.problems[key], by=stage.people[told["author"]], now=now)

    stage.line.at(stage.line.days_ago(told["told"], 20, 30), tell)
    if told["submitted"]:
        stage.line.at(stage.line.days_ago(told["submitted"], 21, 30), hand_in)
    for days, verdict, by, words in told["decided"]:
        stage.line.at(stage.line.days_ago(days, 22), _decision(stage, key, verdict, by, words))


def _decision(stage: Stage, key: str, verdict: str, by: str, words: str) -> Step:
    """A maintainer's step; `words` are the reason, or for a duplicate the key of the problem it repeats."""

    def decide(now: datetime) -> None:
        problem, maintainer = stage.problems[key], stage.people[by]
        if verdict == "accept":
            accept_problem(problem=problem, by=maintainer, now=now)
        elif verdict == "duplicate":
            mark_duplicate_problem(problem=problem, original=stage.problems[words], by=maintainer, now=now)
        else:
            decide_problem(problem=problem, to=verdict, by=maintainer, now=now, reason=words)

    return decide


def _plan_project(stage: Stage, written: dict[str, Any]) -> None:
    key, lead = written["key"], written["lead"]

    def propose(now: datetime) -> None:
        stage.projects[key] = propose_project(
            problem=stage.problems[written["problem"]],
            by=stage.people[lead],
            now=now,
            title=written["title"],
            summary=written["summary"],
            repository_url=written["repository_url"],
            language=written.get("language", "en"),
        )

    stage.line.at(stage.line.days_ago(written["proposed"], 22, 10), propose)
    for number, (days, to, reason) in enumerate(written["path"]):
        stage.line.at(stage.line.days_ago(days, 22, 20 + number), _move(stage, key, to, lead, reason))
    for task in written["tasks"]:
        _plan_task(stage, written, task)
    for series in written["series"]:
        last = len(series["names"]) - 1
        for number, name in enumerate(series["names"]):
            at = series["from"] - (series["from"] - series["to"]) * number // last
            task = {**series, "key": f"{key}: {name}", "title": series["title"].format(name), "at": at}
            _plan_task(stage, written, task)


def _move(stage: Stage, key: str, to: str, lead: str, reason: str) -> Step:
    def move(now: datetime) -> None:
        project = change_project_state(
            project=stage.projects[key], to=to, by=stage.people[lead], now=now, reason=reason
        )
        stage.projects[key] = project

    return move


def _plan_task(stage: Stage, written: dict[str, Any], task: dict[str, Any]) -> None:
    """A task drafted and published (`at` None: still a draft, written last week), and closed again if nobody came."""
    line, lead = stage.line, written["lead"]
    key = task.get("key") or task["title"]
    if "key" in task and "names" not in task:
        stage.kept.add(key)
    # Minutes of their own, so that a day of several tasks reads like an evening of writing.
    minute = len(stage.tasks_planned) % 50
    stage.tasks_planned.append(key)

    def write(now: datetime) -> None:
        words = {name: task[name] for name in _TASK}
        stage.tasks[key] = draft_task(
            project=Project.objects.get(pk=stage.projects[written["key"]].pk),
            by=stage.people[lead],
            now=now,
            estimate_minutes=task["minutes"],
            is_starter=task.get("starter", False),
            **words,
        )

    def publish(now: datetime) -> None:
        publish_task(task=stage.tasks[key], by=stage.people[lead], now=now)

    def close(now: datetime) -> None:
        current = stage.task(key)
        if "expired" in TASK_TRANSITIONS[current.state]:
            expire_task(task=current, by=stage.people[lead], now=now, reason=task["expired"][1])

    at = task["at"]
    line.at(line.days_ago(5 if at is None else at, 22, minute + 5), write)
    if at is not None:
        line.at(line.days_ago(at, 23, minute + 5), publish)
    if "expired" in task:
        if not task.get("may_be_done"):
            stage.kept.add(key)
        line.at(line.days_ago(task["expired"][0], 21, minute), close)
