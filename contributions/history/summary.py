"""What a history holds and would bring at most, before anything of it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from contributions.history.rules import Commit, Worked, group_sessions, why_set_aside
from reputation.rules import IsoWeek, PointPolicy, WeekUse, credit_import


@dataclass(frozen=True)
class HistorySummary:
    """Counts of one history. `commits` = `merges` + `bots` + `misdated` + `credited`; minutes are estimated.

    `points_most` is the REP that accepting every session would bring to people whose weeks are empty.
    """

    commits: int
    merges: int
    bots: int
    misdated: int
    credited: int
    authors: int
    people: int
    sessions: int
    minutes: int
    points_most: int
    first_on: str
    last_on: str

    def as_json(self) -> dict[str, Any]:
        """For a JSON column: counts and dates, nothing about anybody."""
        return asdict(self)


def summarise_history(commits: Iterable[Commit], *, now: datetime, policy: PointPolicy) -> HistorySummary:
    """Count a history by the rules of its import. Dates are ISO dates of the credited work, "" when there is none."""
    found = list(commits)
    reasons = Counter(why_set_aside(commit, now=now) for commit in found)
    credited = [commit for commit in found if not why_set_aside(commit, now=now)]
    parts: dict[tuple[str, str], list[Worked]] = {}
    for commit in credited:
        for person in commit.people:
            parts.setdefault(person.key, []).append(worked_part(commit))
    sessions = minutes = points = 0
    for mine in parts.values():
        weeks: dict[IsoWeek, WeekUse] = {}
        for plan in group_sessions(mine):
            award = credit_import(plan.worked_on, plan.minutes, weeks=weeks, policy=policy)
            weeks.update(award.weeks)
            sessions, minutes, points = sessions + 1, minutes + plan.minutes, points + award.points
    days = sorted(commit.authored_at.date() for commit in credited)
    return HistorySummary(
        commits=len(found),
        merges=reasons["merge"],
        bots=reasons["bot"],
        misdated=reasons["date"],
        credited=len(credited),
        authors=len({commit.author.key for commit in credited}),
        people=len(parts),
        sessions=sessions,
        minutes=minutes,
        points_most=points,
        first_on=days[0].isoformat() if days else "",
        last_on=days[-1].isoformat() if days else "",
    )


def worked_part(commit: Commit) -> Worked:
    """A commit as the grouping takes it, with its own calendar date."""
    return Worked(
        key=commit.sha,
        sha=commit.sha,
        authored_at=commit.authored_at,
        authored_on=commit.authored_at.date(),
        files=commit.files,
        document_files=commit.document_files,
    )
