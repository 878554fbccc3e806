"""The declared steps of contributions and the limits of logged hours, without a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

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
    # Overturned, it is approved anew with other numbers, or taken back whole. Upheld, it waits for its days again.
    "challenged": frozenset({"upheld", "reversed", "approved"}),
    "upheld": frozenset({"vested"}),
    # Only by a panel that overturns the verdict.
    "rejected": frozenset({"approved"}),
    "reversed": frozenset(),
}

#: A challenge: state -> states that may follow. One level: what the panel decided is final.
CHALLENGE_TRANSITIONS: dict[str, frozenset[str]] = {
    "opened": frozenset({"seeded"}),
    "seeded": frozenset({"drawn"}),
    "drawn": frozenset({"upheld", "overturned"}),
    "upheld": frozenset(),
    "overturned": frozenset(),
}

#: A pattern that was found: state -> states that may follow. Closed it stays closed; a grown one is a new case.
INTEGRITY_TRANSITIONS: dict[str, frozenset[str]] = {
    "waiting": frozenset({"dismissed", "acted"}),
    "dismissed": frozenset(),
    "acted": frozenset(),
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


def deadline(start: datetime, *, zone: str, days: int) -> datetime:
    """When so many days end: at the midnight of the guild's zone that ends the last of them.

    >>> from datetime import UTC
    >>> deadline(datetime(2026, 11, 20, 12, tzinfo=UTC), zone="Asia/Kolkata", days=14).isoformat()
    '2026-12-05T00:00:00+05:30'
    """
    here = start.astimezone(ZoneInfo(zone))
    return datetime.combine(here.date() + timedelta(days=days + 1), time(), here.tzinfo)


#: A panel has so many seats; the hub's stewards decide with one where there are not so many.
PANEL_SEATS = 3
#: Between publishing a lot and drawing, so that whoever wants to can look at it first.
DRAW_AFTER = timedelta(minutes=1)
#: From so many decided verdicts on, the share that panels overturned says something of a reviewer.
OVERTURNS_SAY_FROM = 10


def lot_seed(root_hash: bytes, challenge_id: UUID) -> str:
    """The seed of a challenge's lot: SHA-256 over a root of the public log and the challenge's id, as hex.

    The root covers the challenge itself, so nobody knew it when the challenge was raised.
    """
    return sha256(root_hash + challenge_id.bytes).hexdigest()


def in_lots_order(seed: str, people: Iterable[UUID]) -> list[UUID]:
    """The order in which people are drawn: by SHA-256 over the seed and their id. Anybody can draw again.

    >>> from uuid import UUID
    >>> a, b = UUID(int=1), UUID(int=2)
    >>> in_lots_order("00" * 32, [b, a]) == in_lots_order("00" * 32, [a, b])
    True
    """
    return sorted(set(people), key=lambda person: sha256(bytes.fromhex(seed) + person.bytes).digest())


@dataclass(frozen=True)
class PanelVote:
    """What one seat says: the verdict stands (`rubric` and `minutes` None), or how it should have been (0 minutes: nothing)."""

    overturns: bool
    rubric: int | None = None
    minutes: int | None = None


@dataclass(frozen=True)
class PanelDecision:
    """What a panel decided: the verdict stands, or another takes its place (`minutes` 0: nothing is accepted)."""

    overturned: bool
    rubric: int | None = None
    minutes: int = 0


def decide_panel(votes: Sequence[PanelVote], seats: int) -> PanelDecision | None:
    """The decision of a panel, or None while it is open: more than half of the seats on one side.

    Those who overturn may differ in numbers; the middle one counts, and of two the smaller, so that nobody gains by
    asking for more than another one finds right.

    >>> decide_panel([PanelVote(True, 3, 60), PanelVote(True, 4, 90)], 3)
    PanelDecision(overturned=True, rubric=3, minutes=60)
    >>> decide_panel([PanelVote(True, 3, 60), PanelVote(False)], 3) is None
    True
    """
    enough = seats // 2 + 1
    against = sorted((vote for vote in votes if vote.overturns), key=lambda vote: (vote.minutes or 0, vote.rubric or 0))
    if len(votes) - len(against) >= enough:
        return PanelDecision(False)
    if len(against) < enough:
        return None
    middle = against[(len(against) - 1) // 2]
    return PanelDecision(True, middle.rubric, middle.minutes or 0)
