"""The weekly streak: weeks in a row, with a pause by itself in any four."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contributions.rules import PAUSE_EVERY, goal_of_week, streak_of

NOW = date(2026, 11, 23)
weeks_ago = st.sets(st.integers(min_value=0, max_value=60))


def streak(ago: set[int]) -> int:
    return streak_of({NOW - timedelta(weeks=n) for n in ago}, this_monday=NOW).weeks


@pytest.mark.parametrize(
    ("worked", "weeks"),
    [
        ("", 0),
        ("x", 1),
        ("_x", 1),  # this week is not over
        ("xxxx", 4),
        ("x_xx", 3),
        ("_xx_xxx", 5),
        ("x__x", 1),  # two empty weeks side by side
        ("x_x_x", 2),
        ("x_xxx_x", 5),
        ("x_xx_x", 3),
        ("__x", 1),
        ("___x", 0),
    ],
)
def test_weeks_in_a_row(worked: str, weeks: int) -> None:
    assert streak({n for n, week in enumerate(worked) if week == "x"}) == weeks


@given(weeks_ago)
def test_it_counts_weeks_with_hours_and_no_others(ago: set[int]) -> None:
    assert 0 <= streak(ago) <= len(ago)


@given(weeks_ago, st.integers(min_value=0, max_value=60))
def test_another_week_with_hours_never_makes_it_shorter(ago: set[int], more: int) -> None:
    assert streak(ago | {more}) >= streak(ago)


@given(st.integers(min_value=1, max_value=60), st.integers(min_value=0, max_value=PAUSE_EVERY - 1))
def test_one_empty_week_in_four_ends_nothing(length: int, pauses_at: int) -> None:
    ago = {n for n in range(length) if n % PAUSE_EVERY != pauses_at}
    assert streak(ago) == len(ago)


@given(weeks_ago)
def test_without_empty_weeks_it_is_the_whole_run(ago: set[int]) -> None:
    run = next(n for n in range(62) if n not in ago)
    assert streak(ago) >= run


def test_a_goal_is_what_somebody_has_and_three_hours_at_most() -> None:
    assert [goal_of_week(said) for said in (None, 0, 45, 150, 600)] == [120, 120, 45, 150, 180]
