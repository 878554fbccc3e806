"""The declared steps of contributions and the limits of logged hours, without a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

Piece = TypeVar("Piece")

#: Contribution: state -> states that may follow. Rejected and reversed are final: trying again is a new one.
CONTRIBUTION_TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted", "withdrawn"}),
    "submitted": frozenset({"in_review", "withdrawn"}),
    "in_review": frozenset({"submitted", "returned", "approved", "rejected", "withdrawn"}),
    "returned": frozenset({"submitted", "in_review", "withdrawn"}),
    "withdrawn": frozenset({"draft"}),
    "approved": frozenset({"vested", "challenged"}),
    "vested": frozenset({"challenged"}),
    "challenged": frozenset({"upheld", "reversed"}),
    "upheld": frozenset({"vested", "challenged"}),
    "rejected": frozenset(),
    "reversed": frozenset(),
}

#: An imported history: state -> states that may follow. What was read can be taken back while nothing is accepted.
HISTORY_IMPORT_TRANSITIONS: dict[str, frozenset[str]] = {
    "uploaded": frozenset({"running", "discarded"}),
    "running": frozenset({"read", "failed"}),
    "failed": frozenset({"running", "discarded"}),
    "read": frozenset({"taken_back"}),
    "discarded": frozenset(),
    "taken_back": frozenset(),
}

#: A bulk acceptance of imported sessions: state -> states that may follow. After a failure somebody starts another.
HISTORY_ACCEPTANCE_TRANSITIONS: dict[str, frozenset[str]] = {
    "running": frozenset({"done", "failed"}),
    "done": frozenset(),
    "failed": frozenset(),
}

#: States in which a contribution's time counts against the day and against overlaps.
TIME_COUNTS: frozenset[str] = frozenset({"submitted", "in_review", "approved", "vested", "challenged", "upheld"})

#: States in which its owner may change it.
EDITABLE: frozenset[str] = frozenset({"draft", "returned", "withdrawn"})

#: States from which it was credited (and may have been taken back since).
CREDITED: frozenset[str] = frozenset({"approved", "vested", "challenged", "upheld", "reversed"})

#: A reviewer's saved phrases: how long each, and how many.
SNIPPET_LENGTH_MOST = 500
SNIPPETS_MOST = 30

DAY_MINUTES_MOST = 960
ENTRY_MINUTES_MOST = DAY_MINUTES_MOST
#: The furthest a calendar can be ahead of UTC.
EARTH_AHEAD = timedelta(hours=14)
OLDEST_WORKED_ON = date(2000, 1, 1)
#: A slip of the finger, and near the end of all calendars no clock time can be reckoned with.
NEWEST_WORKED_ON = date(2099, 12, 31)


def latest_worked_on(now: datetime) -> date:
    """The latest date that is today somewhere on Earth; work dated later has not happened yet."""
    return (now + EARTH_AHEAD).date()


def iso_week(day: date) -> tuple[int, int]:
    """ISO year and week of a date."""
    year, week, _weekday = day.isocalendar()
    return year, week


def in_batches(
    pieces: Iterable[Piece],
    *,
    task: Callable[[Piece], Hashable],
    minutes: Callable[[Piece], int],
    most: Callable[[Piece], int],
) -> list[list[Piece]]:
    """Pieces of work as a reviewer judges them: those of one task together while they make at most `most` minutes.

    A batch stands where its first piece stood, and its pieces keep their order. `task` None: judged alone.
    """
    batches: list[list[Piece]] = []
    open_ones: dict[Hashable, tuple[list[Piece], int]] = {}
    for piece in pieces:
        key, size = task(piece), minutes(piece)
        batch, held = open_ones.get(key, ([], 0)) if key is not None else ([], 0)
        if batch and held + size <= most(piece):
            batch.append(piece)
        else:
            batch, held = [piece], 0
            batches.append(batch)
        if key is not None:
            open_ones[key] = (batch, held + size)
    return batches


#: Minutes: the product asks for two to three hours a week; whoever said what they have is asked for no more than that.
GOAL_USUAL, GOAL_MOST = 120, 180


def goal_of_week(said: int | None) -> int:
    """The minutes at which a week's ring is full; `said` is how many a week somebody wants to give, if they said so."""
    return min(said, GOAL_MOST) if said else GOAL_USUAL


@dataclass(frozen=True)
class Streak:
    """Weeks with hours that follow one another, without the paused ones; and whether this week is one of them."""

    weeks: int
    is_this_week_in: bool


#: In so many weeks that follow one another one may be without hours and pauses a streak by itself.
PAUSE_EVERY = 4


def streak_of(mondays: Collection[date], *, this_monday: date) -> Streak:
    """How many weeks with hours lead up to this one; `mondays` are the weeks that have any.

    The week that is not over is never missing. One missing week in any four is a pause: it counts nothing and ends
    nothing. By the week and not by the day, because a day off is no failure.
    """
    weeks, last_pause = 0, None
    monday, place = this_monday, 0
    worked = set(mondays)
    oldest = min(worked, default=this_monday)
    while monday >= oldest:
        if monday in worked:
            weeks += 1
        elif place > 0:
            if last_pause is not None and place - last_pause < PAUSE_EVERY:
                break
            last_pause = place
        monday, place = monday - timedelta(days=7), place + 1
    return Streak(weeks, this_monday in worked)
