"""The last two weeks, told one by one: what waits for the reviewer, what came back, what needs one thing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from contributions.models import Contribution
from contributions.services import (
    EntryInput,
    edit_contribution,
    log_hours,
    reject_contribution,
    return_contribution,
    submit_contribution,
    take_review,
)
from guildhub.demo.stage import Stage, demo_id, texts
from guildhub.demo.timeline import Step
from guildhub.demo.verdicts import approve
from projects.services import claim_task

_SHEETS = "https://example.org/brahmaputra-flood-watch/sheets/"
#: Who has which task in hand, and since how many days.
CLAIMED = (
    ("rimjhim", "flood-map: Ujani Majuli 2", 3),
    ("priyanka", "flood-map: Ujani Majuli 1", 2),
    ("ramesh", "languages: 21-40 into Hindi", 4),
)
#: Open for whoever comes new.
LEFT_OPEN = (
    "flood-map: Gormur Sorjan",
    "flood-map: Selek",
    "flood-map: Ahatguri",
    "gauge-call: Gogamukh, fifth round",
    "languages: 31-40 into Nepali",
    "languages: 1-20 into Hindi",
)


def plan_lately(stage: Stage) -> None:
    """Put the last two weeks onto the timeline."""
    stage.kept.update(LEFT_OPEN)
    for waiting in texts("queue"):
        # `night`: worked so many nights ago, from two to three; else `hours`: how long it has waited.
        night = waiting.get("night")
        moment = stage.line.days_ago(night, 3) if night else stage.line.now - timedelta(hours=waiting["hours"])
        stage.line.at(moment, _hand_in(stage, waiting))
    _plan_taken(stage)
    _plan_answered(stage)
    _plan_came_back(stage)
    _plan_just_approved(stage)
    _plan_claimed(stage)
    _plan_needs(stage)


def _hand_in(stage: Stage, waiting: dict[str, Any]) -> Step:
    def hand_in(now: datetime) -> None:
        stage.log(
            waiting["who"],
            stage.task(waiting["task"]),
            waiting["minutes"],
            now,
            note=waiting["note"],
            link=waiting.get("link", ""),
            clocked="night" in waiting,
        )

    return hand_in


def _plan_taken(stage: Stage) -> None:
    """Other reviewers have two of them in hand: one since the day before yesterday, one for too long."""

    def take(task: str, reviewer: str, now: datetime) -> None:
        work = Contribution.objects.get(task=stage.tasks[task])
        take_review(contribution=work, by=stage.people[reviewer], now=now)

    now = stage.line.now
    stage.line.at(now - timedelta(days=2, hours=3), lambda at: take("karbi-voice", "ayesha", at))
    stage.line.at(now - timedelta(days=8, hours=2), lambda at: take("doorposts-check", "sunita", at))


def _plan_answered(stage: Stage) -> None:
    """Work that the reviewer returned, and that is back on their desk with an answer."""
    line = stage.line
    works: list[Contribution] = []
    note = "Typed in the calls of two weeks, 212 lines."

    def hand_in(now: datetime) -> None:
        works.append(stage.log("suman", stage.task("open:gauge-call"), 60, now, note=note))

    def ask(now: datetime) -> None:
        return_contribution(
            contribution=works[0],
            by=stage.people["tariq"],
            now=now,
            reason="Lines 80 to 95 are the same call. Is that one night?",
        )

    def answer(now: datetime) -> None:
        work = works[0]
        entries = [EntryInput(e.worked_on, e.minutes, e.started_at) for e in work.entries.all()]
        edit_contribution(
            contribution=work,
            by=stage.people["suman"],
            now=now,
            task=stage.task_of(work),
            entries=entries,
            note=f"{note} Lines 80 to 95 were one wave that rang for an hour; it is one line now.",
            link="",
        )
        submit_contribution(contribution=work, by=stage.people["suman"], now=now)

    line.at(line.now - timedelta(days=4), hand_in)
    line.at(line.now - timedelta(days=2), ask)
    line.at(line.now - timedelta(hours=5), answer)


def _plan_came_back(stage: Stage) -> None:
    """What the demo contributor has to answer, and somebody's work that was not accepted last week."""
    line = stage.line
    works: dict[str, Contribution] = {}

    def hand_in(now: datetime) -> None:
        note = "The page, two screens long. Both families have heard it and agree."
        works["page"] = stage.log("rimjhim", stage.task("readers-thanks"), 60, now, note=note, link=_SHEETS + "readers")

    def give_back(now: datetime) -> None:
        return_contribution(
            contribution=works["page"],
            by=stage.people["tariq"],
            now=now,
            rubric=4,
            reason="Beautiful. One thing: the second photo shows the girl at the gauge. Can you take it out, or ask her mother?",
        )

    def hand_in_boards(now: datetime) -> None:
        works["boards"] = stage.log("nilotpal", stage.task("spare-boards"), 120, now, note="Five boards soldered.")

    def reject(now: datetime) -> None:
        reject_contribution(
            contribution=works["boards"],
            by=stage.people["bhaskar"],
            now=now,
            reason="None of the five lights the lamp, and the photograph shows the kit still in its bag.",
            next_step="Come to the lab on Saturday and solder one with Bitopan. That one counts, and the others after it.",
        )

    line.at(line.now - timedelta(days=3, hours=2), hand_in)
    line.at(line.now - timedelta(days=1, hours=6), give_back)
    line.at(line.now - timedelta(days=7, hours=2), hand_in_boards)
    line.at(line.now - timedelta(days=6, hours=1), reject)


def _plan_just_approved(stage: Stage) -> None:
    """An hour of the demo contributor's from the day before, approved today: the newest line of their points."""
    line = stage.line
    works: list[Contribution] = []

    def hand_in(now: datetime) -> None:
        works.append(
            stage.log(
                "rimjhim",
                stage.task("open:flood-map"),
                60,
                now,
                note="Answered 14 questions of new people in the group.",
            )
        )

    line.at(line.now - timedelta(hours=26), hand_in)
    line.at(
        line.now - timedelta(hours=2),
        lambda now: approve(stage, works[0], "tariq", now, rubric=4, reason="I read along. Patient and right."),
    )


def _plan_claimed(stage: Stage) -> None:
    """Tasks that people have in hand."""

    def claim(who: str, key: str, now: datetime) -> None:
        claim_task(task=stage.task(key), by=stage.people[who], now=now)

    for who, key, days in CLAIMED:
        stage.kept.add(key)
        stage.line.at(stage.line.days_ago(days, 19), lambda now, who=who, key=key: claim(who, key, now))


def _plan_needs(stage: Stage) -> None:
    """Entries that a rule kept back: stored, and waiting for one thing from their person."""
    line = stage.line
    today = line.today
    works: list[Contribution] = []

    def store(who: str, task: str, entries: list[tuple[date, int]], now: datetime, note: str = "") -> None:
        log_hours(
            by=stage.people[who],
            client_id=demo_id(f"kept back {who}"),
            task=stage.task(task),
            entries=[EntryInput(day, minutes) for day, minutes in entries],
            now=now,
            note=note,
        )

    def long_day(now: datetime) -> None:
        day = today - timedelta(days=4)
        note = "From the first boat to the last: nine places in Mandia."
        works.append(stage.log("farida", stage.task("open:shelters"), 540, now, note=note, days_before=1))
        store(
            "farida", "open:flood-map", [(day, 480)], now, note="Brought people across. Not sure whether this counts."
        )

    def approve_long_day(now: datetime) -> None:
        reason = "All of it happened, I was there. Open work counts an hour and a half a time; next time we cut it into tasks."
        approve(stage, works[0], "jahnavi", now, rubric=5, reason=reason)

    yesterday = today - timedelta(days=1)
    steps = (
        (1, lambda now: store("rimjhim", "open:gauge-call", [(yesterday, 90)], now)),
        (2, lambda now: store("kezevinuo", "open:gauge-call", [(today + timedelta(days=3), 60)], now)),
        (2, lambda now: store("mousumi", "open:bulletin", [(today - timedelta(days=2), 45)], now)),
        (
            2,
            lambda now: store(
                "junmoni", "cost-note", [(today - timedelta(days=2), 60)], now, note="Asked two printers."
            ),
        ),
        (
            5,
            lambda now: store(
                "agus", "open:flood-map", [(today - timedelta(days=5), 60)], now, note="Bantu cek terjemahan."
            ),
        ),
        (3, long_day),
        (2, approve_long_day),
    )
    for days, step in steps:
        line.at(line.days_ago(days, 22, 30), step)
