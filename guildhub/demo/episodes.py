"""What stands out of half a year: a week of mapping that fills its bands, a verdict that came late, work tried twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from contributions.models import Contribution
from contributions.services import (
    EntryInput,
    edit_contribution,
    reject_contribution,
    release_review,
    retry_contribution,
    return_contribution,
    submit_contribution,
    take_review,
    withdraw_contribution,
)
from guildhub.demo.stage import Stage
from guildhub.demo.verdicts import approve
from projects.services import claim_task, draft_task, publish_task, release_ended_claims, release_task

CAMP_WEEKS_AGO = 7
#: Who came to the camp, and how many sheets they finished. Six fill the first band and most of the second; eight
#: are more than twenty hours, so the last sheet adds no points.
CAMP = {"rimjhim": 6, "zainab": 8, "ananya": 4, "priyanka": 3}
CAMP_MINUTES = 175


def plan_episodes(stage: Stage) -> None:
    """Put the episodes onto the timeline."""
    _plan_camp(stage)
    _plan_late_verdict(stage)
    _plan_handed_on_review(stage)
    _plan_lapsed_claims(stage)
    _plan_tried_again(stage)
    _plan_returned(stage)
    _plan_withdrawn(stage)


def _plan_camp(stage: Stage) -> None:
    """From Thursday to Sunday, two sheets a day; the reviewers look at them in the week after."""
    line = stage.line
    sheets = [(person, number) for person, count in CAMP.items() for number in range(count)]
    for place, (person, number) in enumerate(sheets, start=1):
        key = f"camp {place}"
        stage.kept.add(key)
        line.at(
            line.weeks_ago(CAMP_WEEKS_AGO, 1, 21, place),
            lambda now, key=key, place=place: _sheet(stage, key, place, now),
        )
        moment = line.weeks_ago(CAMP_WEEKS_AGO, 3 + number // 2, 13 + 7 * (number % 2), 30)
        line.at(moment, lambda now, key=key, person=person, place=place: _draw(stage, key, person, place, now))


def _sheet(stage: Stage, key: str, place: int, now: datetime) -> None:
    task = draft_task(
        project=stage.projects["flood-map"],
        by=stage.people["jahnavi"],
        now=now,
        title=f"Mapping camp at Jorhat: sheet {place}",
        description="Draw the water's edge of the three floods on this sheet. Two hours for one who has drawn ten tiles.",
        role="annotation",
        skills=["patience"],
        difficulty="M",
        estimate_minutes=120,
    )
    stage.tasks[key] = publish_task(task=task, by=stage.people["jahnavi"], now=now + timedelta(seconds=30))


def _draw(stage: Stage, key: str, person: str, place: int, now: datetime) -> None:
    work = stage.log(
        person,
        stage.task(key),
        CAMP_MINUTES,
        now,
        note=f"Drawn at the camp, sheet {place}, all three floods. The edges meet those of the neighbours.",
        link=f"https://example.org/brahmaputra-flood-watch/camp/{place}",
        clocked=True,
    )
    # One reviewer looks at most of them: from the eleventh on their week pays no more.
    reviewer = "tariq" if place % 5 else "bhaskar"
    at = stage.line.weeks_ago(CAMP_WEEKS_AGO - 1, place % 4, 19, place)
    stage.line.at(at, lambda later: approve(stage, work, reviewer, later, rubric=4 if place % 3 else 3))


def _plan_late_verdict(stage: Stage) -> None:
    """A reviewer who took work and was ill: the verdict counts, the pay does not."""
    line = stage.line
    works: list[Contribution] = []

    def hand_in(now: datetime) -> None:
        note = "Carried the sheets to Baghbar and back, and asked at four houses on the way."
        works.append(stage.log("barik", stage.task("open:shelters"), 80, now, note=note))

    def take(now: datetime) -> None:
        take_review(contribution=works[0], by=stage.people["ayesha"], now=now)

    def decide(now: datetime) -> None:
        reason = "Sorry that you had to wait: I was ill. Careful work, and the map of the path helps."
        approve(stage, works[0], "ayesha", now, rubric=4, reason=reason)

    line.at(line.days_ago(55, 19), hand_in)
    line.at(line.days_ago(53, 21), take)
    line.at(line.days_ago(43, 21), decide)


def _plan_handed_on_review(stage: Stage) -> None:
    """A reviewer who gives a review back, because the contributor is a cousin."""
    line = stage.line
    works: list[Contribution] = []

    def hand_in(now: datetime) -> None:
        note = "Rang up both readers every evening of the week and wrote their levels into the sheet."
        works.append(stage.log("moni", stage.task("open:gauge-call"), 70, now, note=note))

    line.at(line.days_ago(79, 20), hand_in)
    line.at(line.days_ago(78, 9), lambda now: _taken(stage, works[0], now))
    line.at(line.days_ago(78, 10), lambda now: _given_back(stage, works[0], now))
    line.at(line.days_ago(77, 20), lambda now: approve(stage, works[0], "tariq", now, rubric=4))


def _taken(stage: Stage, work: Contribution, now: datetime) -> None:
    take_review(contribution=work, by=stage.people["sunita"], now=now)


def _given_back(stage: Stage, work: Contribution, now: datetime) -> None:
    release_review(contribution=work, by=stage.people["sunita"], now=now)


def _plan_lapsed_claims(stage: Stage) -> None:
    """Somebody claims and doesn't come, somebody gives a task back; and every Monday the ended claims open again."""
    line = stage.line
    for weeks in range(24, -1, -1):
        line.at(line.weeks_ago(weeks, 0, 3), _open_ended_claims)

    def claim(now: datetime) -> None:
        claim_task(task=stage.task("cost-note"), by=stage.people["kezevinuo"], now=now)

    def give_back(now: datetime) -> None:
        words = (
            "Two printers in Jorhat answered, 4 and 6 rupees a page. The one in Dibrugarh wants to see a sheet first."
        )
        release_task(task=stage.task("cost-note"), by=stage.people["kezevinuo"], now=now, words=words, percent=60)

    line.at(line.days_ago(12, 18), claim)
    line.at(line.days_ago(10, 7), give_back)


def _open_ended_claims(now: datetime) -> None:
    release_ended_claims(now=now)


def _plan_tried_again(stage: Stage) -> None:
    """The demo contributor's work that was not accepted, and what became of its hours."""
    line = stage.line
    works: list[Contribution] = []

    def hand_in(now: datetime) -> None:
        works.append(
            stage.log("rimjhim", stage.task("open:flood-map"), 60, now, note="Checked village names in the table.")
        )

    def reject(now: datetime) -> None:
        reject_contribution(
            contribution=works[0],
            by=stage.people["tariq"],
            reason="I looked at the names that were changed: 11 of 14 are the spelling that people in the villages crossed out.",
            next_step="Ask Lakhimi for her list, and send only names that she has ticked. The hour is kept for that.",
            now=now,
        )

    def try_again(now: datetime) -> None:
        rimjhim = stage.people["rimjhim"]
        draft = retry_contribution(contribution=works[0], by=rimjhim, now=now)
        draft = _reworded(
            stage, draft, now, "Went through all 14 names with Lakhimi on the phone; her ticks are in the sheet."
        )
        works.append(submit_contribution(contribution=draft, by=rimjhim, now=now))

    line.at(line.days_ago(30, 19), hand_in)
    line.at(line.days_ago(29, 20), reject)
    line.at(line.days_ago(27, 20), try_again)
    line.at(
        line.days_ago(26, 18),
        lambda now: approve(stage, works[1], "tariq", now, rubric=4, reason="Now they are right."),
    )


def _plan_returned(stage: Stage) -> None:
    """The demo contributor's work that came back with a question, was answered, and approved with its hours kept."""
    line = stage.line
    works: list[Contribution] = []
    question = "Which of the two gauges at Gogamukh is this, the bridge or the school? The table has both."

    def hand_in(now: datetime) -> None:
        note = "Typed in two weeks of calls and readings."
        works.append(stage.log("rimjhim", stage.task("open:gauge-call"), 75, now, note=note))

    def give_back(now: datetime) -> None:
        return_contribution(contribution=works[0], by=stage.people["tariq"], reason=question, now=now, rubric=3)

    def answer(now: datetime) -> None:
        reworded = _reworded(stage, works[0], now, "Typed in two weeks of calls and readings. It is the bridge.")
        submit_contribution(contribution=reworded, by=stage.people["rimjhim"], now=now)

    line.at(line.days_ago(24, 19), hand_in)
    line.at(line.days_ago(23, 21), give_back)
    line.at(line.days_ago(22, 20), answer)
    line.at(line.days_ago(21, 12), lambda now: approve(stage, works[0], "tariq", now, rubric=3))


def _plan_withdrawn(stage: Stage) -> None:
    """An entry on the wrong project, taken back by the demo contributor."""
    line = stage.line
    works: list[Contribution] = []

    def hand_in(now: datetime) -> None:
        works.append(stage.log("rimjhim", stage.task("open:shelters"), 30, now, note="Wrong project, sorry."))

    def take_back(now: datetime) -> None:
        withdraw_contribution(contribution=works[0], by=stage.people["rimjhim"], now=now)

    line.at(line.days_ago(19, 19, 30), hand_in)
    line.at(line.days_ago(19, 19, 31), take_back)


def _reworded(stage: Stage, work: Contribution, now: datetime, note: str) -> Contribution:
    entries = [EntryInput(e.worked_on, e.minutes, e.started_at) for e in work.entries.all()]
    person = work.subject
    return edit_contribution(
        contribution=work, by=person, now=now, task=stage.task_of(work), entries=entries, note=note, link=work.link
    )
