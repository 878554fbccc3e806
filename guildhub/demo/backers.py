"""What people on the ground said, who stands behind which problem, and what is kept for the next one: a template, a note."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from guildhub.demo.stage import Stage, texts
from guildhub.demo.timeline import Step
from projects.models import Voice
from projects.services import add_voice, endorse_problem, note_progress, save_task_template, withdraw_voice

_VOICE = ("words", "language", "translation", "role", "place", "consent", "is_public")
#: A task that worked, kept as a template so many days ago, and by whom.
TEMPLATE = ("flood-map: Ujani Majuli 2", 2, "jahnavi")


def plan_backers(stage: Stage) -> None:
    """Put voices, endorsements, a template and a note onto the timeline."""
    said = texts("voices")
    for voice in said["voices"]:
        stage.line.at(stage.line.days_ago(voice["days"], 19, 10), _say(stage, voice))
    _plan_withdrawn(stage, said["withdrawn"])
    for place, row in enumerate(said["endorsed"]):
        for kind in ("affected", "support"):
            for number, person in enumerate(row[kind]):
                at = stage.line.days_ago(row["days"], 8 + number, 3 * place)
                stage.line.at(at, _endorse(stage, row["problem"], person, kind))
    key, days, by = TEMPLATE
    stage.line.at(
        stage.line.days_ago(days, 22, 40),
        lambda now: save_task_template(task=stage.task(key), by=stage.people[by], now=now),
    )
    stage.line.at(stage.line.days_ago(1, 21, 15), lambda now: _note(stage, now))


def _say(stage: Stage, voice: dict[str, Any], kept: list[Voice] | None = None) -> Step:
    def say(now: datetime) -> None:
        day = stage.local_date(voice["by"], now)
        words = {name: voice[name] for name in _VOICE}
        made = add_voice(
            problem=stage.problems[voice["problem"]], by=stage.people[voice["by"]], now=now, consented_on=day, **words
        )
        if kept is not None:
            kept.append(made)

    return say


def _plan_withdrawn(stage: Stage, voice: dict[str, Any]) -> None:
    """Somebody who said yes and then no."""
    kept: list[Voice] = []

    def withdraw(now: datetime) -> None:
        withdraw_voice(voice=kept[0], by=stage.people[voice["by"]], now=now)

    stage.line.at(stage.line.days_ago(voice["days"], 19), _say(stage, voice, kept))
    stage.line.at(stage.line.days_ago(voice["withdrawn"], 19), withdraw)


def _endorse(stage: Stage, problem: str, person: str, kind: str) -> Step:
    def endorse(now: datetime) -> None:
        endorse_problem(problem=stage.problems[problem], by=stage.people[person], kind=kind, now=now)

    return endorse


def _note(stage: Stage, now: datetime) -> None:
    """How far the demo contributor is with the task they have in hand."""
    note_progress(
        task=stage.task(TEMPLATE[0]),
        by=stage.people["rimjhim"],
        now=now,
        words="The first of the three floods is drawn, down to the ferry. The cloud over the north edge hides some houses.",
        percent=30,
    )
