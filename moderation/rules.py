"""The steps of a case and the days of an appeal, without Django."""

from __future__ import annotations

from datetime import datetime, timedelta

#: state -> states that may follow; mirrored by the trigger in migrations/sql/0002_guards.sql.
CASE_TRANSITIONS: dict[str, frozenset[str]] = {
    "waiting": frozenset({"hidden", "dismissed"}),
    "hidden": frozenset({"appealed", "shown"}),
    "appealed": frozenset({"upheld", "overturned"}),
    "upheld": frozenset({"shown"}),
    "dismissed": frozenset(),
    "overturned": frozenset(),
    "shown": frozenset(),
}
#: While a case is in one of these, another report on the same thing joins it.
LIVE = frozenset({"waiting", "hidden", "appealed", "upheld"})
#: While it is in one of these, the words are kept by the case and not shown.
KEEPS_WORDS = frozenset({"hidden", "appealed", "upheld"})
#: In these it waits for somebody to decide.
WAITS = frozenset({"waiting", "appealed"})
APPEAL_DAYS = 30


def appeal_until(decided_at: datetime) -> datetime:
    """Until when the author can appeal against a decision of that moment."""
    return decided_at + timedelta(days=APPEAL_DAYS)
