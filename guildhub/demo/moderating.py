"""What was reported in the demo guild: an advertisement that its steward hid, and a question that still waits."""

from __future__ import annotations

from datetime import datetime

from guildhub.demo.stage import Stage
from moderation.models import Report
from moderation.services import hide_writing, report_writing
from projects.models import Problem
from projects.services import draft_problem, submit_problem

GUILD = "brahmaputra"
#: The problem about which somebody asks whether its people agreed.
ASKED_ABOUT = "boats"


def plan_moderating(stage: Stage) -> None:
    """Put an advertisement, two reports and a decision onto the timeline."""
    line = stage.line
    told: list[Problem] = []
    reports: list[Report] = []
    line.at(line.days_ago(6, 13, 5), lambda now: told.append(_advertise(stage, now)))
    line.at(line.days_ago(6, 18, 40), lambda now: reports.append(_report_advertisement(stage, told[0], now)))
    line.at(line.days_ago(5, 20, 15), lambda now: _hide(stage, reports[0], now))
    line.at(line.days_ago(1, 17, 30), lambda now: _ask(stage, now))


def _advertise(stage: Stage, now: datetime) -> Problem:
    told = draft_problem(
        guild=stage.guilds[GUILD],
        by=stage.people["nilotpal"],
        now=now,
        title="Solar pumps at half the price, this week only",
        statement="My cousin's shop in Jorhat has them. See https://pumps.example/offer and say that I sent you.",
        affected_people="everybody who needs a pump",
        place="Jorhat",
    )
    return submit_problem(problem=told, by=stage.people["nilotpal"], now=now)


def _report_advertisement(stage: Stage, told: Problem, now: datetime) -> Report:
    return report_writing(
        kind="problem",
        object_id=told.pk,
        by=stage.people["moni"],
        concern="spam",
        words="This sells something. It tells no problem.",
        now=now,
    )


def _hide(stage: Stage, report: Report, now: datetime) -> None:
    hide_writing(
        case=report.case,
        by=stage.people["nirmali"],
        concern="spam",
        reason="Problems are for what goes wrong on the river. Please sell pumps elsewhere; if a pump fails people, tell that.",
        now=now,
    )


def _ask(stage: Stage, now: datetime) -> None:
    report_writing(
        kind="problem",
        object_id=stage.problems[ASKED_ABOUT].pk,
        by=stage.people["junmoni"],
        concern="personal",
        words="Everybody in our village knows whose boat this is. Did he agree to be told about?",
        now=now,
    )
