"""What reviewers say: mostly yes, sometimes with a question, seldom no; and what people do then."""

from __future__ import annotations

from datetime import datetime, timedelta

from contributions.models import Contribution
from contributions.services import (
    EntryInput,
    approve_contribution,
    edit_contribution,
    reject_contribution,
    retry_contribution,
    return_contribution,
    submit_contribution,
)
from guildhub.demo.founding import may_review
from guildhub.demo.people import Person
from guildhub.demo.stage import Stage, texts

#: Who looks at work, by guild, and how often compared with the others.
REVIEWERS: dict[str, dict[str, int]] = {
    "brahmaputra": {
        "tariq": 40,
        "ayesha": 20,
        "sunita": 15,
        "manas": 12,
        "jahnavi": 10,
        "rituraj": 10,
        "bhaskar": 6,
        "nirmali": 3,
    },
    "ciliwung": {"dewi": 70, "budi": 30},
}


def plan_verdict(
    stage: Stage, contribution: Contribution, person: Person, now: datetime, *, is_quick: bool = False
) -> None:
    """Have somebody judge work that was handed in at `now`; quickly and kindly when little time is left."""
    roll = 0.0 if is_quick else stage.chance.random()
    wait = timedelta(minutes=stage.chance.randrange(300, 2400 if is_quick else 6000))

    def judge(later: datetime) -> None:
        reviewer = _reviewer(stage, person, later)
        if roll < 0.80:
            approve(stage, contribution, reviewer, later)
        elif roll < 0.93:
            _return(stage, contribution, person, reviewer, later)
        elif roll < 0.97:
            _reject(stage, contribution, person, reviewer, later)
        else:
            approve(stage, contribution, reviewer, later, share=0.6, rubric=2, reason=_LESS)

    stage.line.at(now + wait, judge)


_LESS = "I could use a part of it and count that part. Ask me on the phone what was missing; it is not much."


def _reviewer(stage: Stage, person: Person, now: datetime, preferred: str = "") -> str:
    """Somebody who may judge this person's work at `now`: the preferred one if they still may."""
    weights = {key: weight for key, weight in REVIEWERS[person.guild].items() if key != person.key}
    able = {key: weight for key, weight in weights.items() if may_review(stage, key, now)}
    return preferred if preferred in able else stage.chance.choices(list(able), list(able.values()))[0]


def approve(
    stage: Stage,
    contribution: Contribution,
    reviewer: str,
    now: datetime,
    *,
    share: float = 1.0,
    rubric: int = 0,
    reason: str = "",
) -> None:
    """Approve a share of the claimed minutes; without a rubric, one of 3 to 5, and sometimes there is more to do."""
    claimed = sum(contribution.entries.values_list("minutes", flat=True))
    is_task_done = bool(rubric) or stage.chance.random() < 0.8
    rubric = rubric or stage.chance.choices((3, 4, 5), (50, 40, 10))[0]
    guild = next(key for key, found in stage.guilds.items() if found.pk == contribution.guild_id)
    approve_contribution(
        contribution=contribution,
        by=stage.people[reviewer],
        rubric=rubric,
        minutes=max(1, int(claimed * share)),
        now=now,
        reason=reason or stage.chance.choice(texts("words")[guild]["praise"]),
        is_task_done=is_task_done,
    )


def _return(stage: Stage, contribution: Contribution, person: Person, reviewer: str, now: datetime) -> None:
    question, answer = stage.chance.choice(texts("words")[person.guild]["returns"])
    return_contribution(contribution=contribution, by=stage.people[reviewer], reason=question, now=now)

    def resubmit(later: datetime) -> None:
        answered = _reword(stage, contribution, person, later, f"{contribution.note} {answer}".strip())
        answered = submit_contribution(contribution=answered, by=stage.people[person.key], now=later)
        _plan_yes(stage, answered, person, reviewer, later)

    stage.line.at(now + timedelta(minutes=stage.chance.randrange(600, 3600)), resubmit)


def _reject(stage: Stage, contribution: Contribution, person: Person, reviewer: str, now: datetime) -> None:
    words = texts("words")[person.guild]
    reason, next_step = stage.chance.choice(words["rejections"])
    reject_contribution(
        contribution=contribution, by=stage.people[reviewer], reason=reason, next_step=next_step, now=now
    )
    if stage.chance.random() < 0.4:
        return

    def try_again(later: datetime) -> None:
        draft = retry_contribution(contribution=contribution, by=stage.people[person.key], now=later)
        draft = _reword(stage, draft, person, later, stage.chance.choice(words["second_tries"]))
        draft = submit_contribution(contribution=draft, by=stage.people[person.key], now=later)
        _plan_yes(stage, draft, person, reviewer, later)

    stage.line.at(now + timedelta(minutes=stage.chance.randrange(1500, 4500)), try_again)


def _plan_yes(stage: Stage, contribution: Contribution, person: Person, reviewer: str, now: datetime) -> None:
    """The second look, by the same reviewer if they still may; nothing when a rule kept the work back."""
    if contribution.state not in (Contribution.State.SUBMITTED, Contribution.State.IN_REVIEW):
        return

    def agree(later: datetime) -> None:
        approve(stage, contribution, _reviewer(stage, person, later, preferred=reviewer), later)

    stage.line.at(now + timedelta(minutes=stage.chance.randrange(300, 2400)), agree)


def _reword(stage: Stage, contribution: Contribution, person: Person, now: datetime, note: str) -> Contribution:
    entries = [EntryInput(e.worked_on, e.minutes, e.started_at) for e in contribution.entries.all()]
    return edit_contribution(
        contribution=contribution,
        by=stage.people[person.key],
        now=now,
        task=stage.task_of(contribution),
        entries=entries,
        note=note,
        link=contribution.link,
    )
