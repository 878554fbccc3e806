"""The periods of boards. Pure Python."""

from __future__ import annotations

from datetime import date, timedelta

ALL = "all"
#: A board of fewer people is no board: who is last of three is nobody's business.
PEOPLE_LEAST = 5


def month_of(day: date) -> str:
    """
    >>> month_of(date(2026, 11, 24))
    '2026-11'
    """
    return f"{day.year}-{day.month:02d}"


def quarter_of(day: date) -> str:
    """
    >>> quarter_of(date(2026, 11, 24))
    '2026-Q4'
    """
    return f"{day.year}-Q{(day.month + 2) // 3}"


def kept_periods(today: date) -> list[str]:
    """The periods that boards are kept for: all time, this month and quarter, and the ones before them.

    >>> kept_periods(date(2026, 1, 2))
    ['all', '2026-01', '2025-12', '2026-Q1', '2025-Q4']
    """
    month_before = today.replace(day=1) - timedelta(days=1)
    quarter_before = date(today.year, (today.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    return [ALL, month_of(today), month_of(month_before), quarter_of(today), quarter_of(quarter_before)]
