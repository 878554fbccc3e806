"""The demo's clock: steps with a moment each, taken in the order of their moments and never after now."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

#: What happens at a moment; it gets that moment as its `now`.
Step = Callable[[datetime], None]

GUILDS_ZONE = ZoneInfo("Asia/Kolkata")


class Timeline:
    """Steps waiting for their moment. A step may ask for later ones; what would come after now does not happen."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(GUILDS_ZONE).date()
        self._waiting: list[tuple[datetime, int, Step]] = []
        self._numbers = itertools.count()
        self._reached: datetime | None = None

    def days_ago(self, days: int, hour: int = 20, minute: int = 0) -> datetime:
        """That hour, in the first guild's zone, so many days before today; `days` is at least 1, so it is past."""
        day = self.today - timedelta(days=days)
        return datetime.combine(day, time(hour, minute), GUILDS_ZONE)

    def weeks_ago(self, weeks: int, weekday: int, hour: int = 20, minute: int = 0) -> datetime:
        """An hour of a weekday (Monday 0) of the ISO week so many weeks before this one."""
        monday = self.today - timedelta(days=self.today.weekday(), weeks=weeks)
        return datetime.combine(monday + timedelta(days=weekday), time(hour, minute), GUILDS_ZONE)

    def at(self, moment: datetime, step: Step) -> None:
        """Take `step` at `moment`. Raises ValueError when the story is past it: its order would be a lie."""
        if self._reached is not None and moment < self._reached:
            raise ValueError(f"{moment} is over: the story is at {self._reached}.")
        if moment <= self.now:
            heapq.heappush(self._waiting, (moment, next(self._numbers), step))

    def run(self) -> int:
        """Take every step, the earliest first, those of one moment in the order they were asked for."""
        taken = 0
        while self._waiting:
            moment, _number, step = heapq.heappop(self._waiting)
            self._reached = moment
            step(moment)
            taken += 1
        return taken
