"""The point rule: the published examples, every limit at its edge, and what holds for any hours at all."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reputation.rules import (
    Award,
    IsoWeek,
    PointPolicy,
    WeekUse,
    credit_contribution,
    credit_import,
    credit_minutes,
    estimate_cap_minutes,
    iso_week,
    points,
    review_pay,
)

POLICY = PointPolicy()
MONDAY = date(2026, 11, 2)
SIZES = sorted(POLICY.difficulty)


def award(
    entries: list[tuple[date, int]],
    *,
    approved: int | None = None,
    estimate: int = 10_000,
    already: int = 0,
    open_work: bool = False,
    difficulty: str = "S",
    rubric: int = 3,
    weeks: dict[IsoWeek, WeekUse] | None = None,
) -> Award:
    """An award with generous defaults, so that a test names only what it is about."""
    return credit_contribution(
        entries,
        approved_minutes=sum(minutes for _, minutes in entries) if approved is None else approved,
        estimate_minutes=estimate,
        already_counted=already,
        is_open_work=open_work,
        difficulty=difficulty,
        rubric=rubric,
        weeks=weeks or {},
        policy=POLICY,
    )


def test_two_hours_of_a_small_task_done_well_give_23() -> None:
    assert award([(MONDAY, 120)], estimate=120, rubric=4).points == 23


def test_five_hours_on_a_two_hour_task_count_as_three() -> None:
    got = award([(MONDAY, 300)], estimate=120)
    assert (got.points, got.counted_minutes, got.arithmetic["limit"]) == (30, 180, "estimate")


@pytest.mark.parametrize(
    ("difficulty", "rubric", "expected"),
    [
        ("XS", 3, 8),
        ("S", 3, 10),
        ("M", 3, 13),
        ("L", 3, 15),
        ("S", 2, 5),
        ("S", 4, 12),
        ("S", 5, 13),
        ("L", 5, 20),
    ],
)
def test_one_hour_at_every_difficulty_and_quality(difficulty: str, rubric: int, expected: int) -> None:
    assert award([(MONDAY, 60)], difficulty=difficulty, rubric=rubric).points == expected


def test_exactly_half_a_point_is_rounded_up() -> None:
    # 12.5 and 11.5 above are halves; so is the smallest award there is.
    assert award([(MONDAY, 3)]).points == 1
    assert award([(MONDAY, 2)]).points == 0


def test_the_reviewer_can_approve_less_and_not_more_than_was_claimed() -> None:
    less = award([(MONDAY, 120)], approved=60)
    assert (less.points, less.arithmetic["limit"]) == (10, "approved")
    more = award([(MONDAY, 120)], approved=600)
    assert (more.points, more.arithmetic["limit"]) == (20, "claimed")


def test_approved_minutes_fill_the_oldest_entry_first() -> None:
    got = award([(MONDAY + timedelta(days=1), 60), (MONDAY, 60)], approved=90)
    assert [(e.worked_on, e.filled_minutes) for e in got.entries] == [
        (MONDAY, 60),
        (MONDAY + timedelta(days=1), 30),
    ]


def test_an_earlier_approval_on_the_task_leaves_less_under_the_estimate() -> None:
    assert award([(MONDAY, 120)], estimate=120, already=150).counted_minutes == 30
    assert award([(MONDAY, 120)], estimate=120, already=180).points == 0
    assert estimate_cap_minutes(120, 500, False, POLICY) == 0


def test_open_work_is_capped_at_90_minutes_each_time_whatever_came_before() -> None:
    assert award([(MONDAY, 200)], open_work=True, estimate=60, already=9000).counted_minutes == 90


def test_a_week_counts_ten_hours_in_full_and_ten_half_and_then_nothing() -> None:
    hours = [(MONDAY + timedelta(days=day), 240) for day in range(6)]
    got = award(hours)
    assert (got.counted_minutes, got.credited_minutes, got.points) == (1200, Decimal(900), 150)
    assert got.weeks == {(2026, 45): WeekUse(600, 600)}
    [week] = got.arithmetic["weeks"]
    assert (week["full_minutes"], week["half_minutes"], week["over_minutes"]) == (600, 600, 240)
    assert got.arithmetic["week_limited"] is True


def test_an_odd_minute_in_the_half_band_is_kept_as_a_half() -> None:
    got = award([(MONDAY, 61)], weeks={(2026, 45): WeekUse(540, 0)})
    assert got.credited_minutes == Decimal("60.5")
    assert got.arithmetic["credited_minutes"] == "60.5"


def test_hours_over_a_weekend_belong_to_two_weeks() -> None:
    got = award([(date(2026, 11, 8), 60), (date(2026, 11, 9), 60)], weeks={(2026, 45): WeekUse(600, 600)})
    assert got.points == 10
    assert got.weeks == {(2026, 45): WeekUse(600, 600), (2026, 46): WeekUse(60, 0)}


def test_minutes_that_a_full_week_swallows_do_not_use_up_the_estimate() -> None:
    assert award([(MONDAY, 120)], estimate=120, weeks={(2026, 45): WeekUse(600, 540)}).counted_minutes == 60


@pytest.mark.parametrize("rubric", [0, 1])
def test_a_rubric_below_two_cannot_be_approved(rubric: int) -> None:
    with pytest.raises(ValueError, match="rubric"):
        award([(MONDAY, 60)], rubric=rubric)


def test_an_import_has_no_estimate_and_still_its_week() -> None:
    got = credit_import(date(2022, 3, 1), 300, weeks={(2022, 9): WeekUse(480, 0)}, policy=POLICY)
    assert (got.points, got.credited_minutes) == (35, Decimal(210))
    assert got.arithmetic["rule"] == "import"


def test_numbers_come_from_the_policy_and_no_float_gets_in() -> None:
    generous = PointPolicy(version=7, points_per_hour=20, quality={3: Decimal(2)})
    got = credit_import(MONDAY, 60, weeks={}, policy=generous)
    assert (got.points, got.arithmetic["policy_version"]) == (40, 7)
    with pytest.raises(TypeError, match="float"):
        PointPolicy(estimate_cap=1.5)  # type: ignore[arg-type]


def test_a_policy_row_gives_its_numbers() -> None:
    row = SimpleNamespace(
        version=3, estimate_cap=Decimal("2.00"), difficulty_xs=Decimal("0.80"), difficulty_s=Decimal("1.00"),
        difficulty_m=Decimal("1.25"), difficulty_l=Decimal("1.50"), quality_1=Decimal(0), quality_2=Decimal("0.5"),
        quality_3=Decimal(1), quality_4=Decimal("1.15"), quality_5=Decimal("1.3"),
    )  # fmt: skip
    policy = PointPolicy.of(row)
    assert (policy.version, policy.estimate_cap, policy.week_full_minutes) == (3, Decimal(2), 600)
    assert policy.difficulty == POLICY.difficulty


TAKEN = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "paid_before", "expected"),
    [
        (timedelta(0), 0, 2),
        (timedelta(days=7), 9, 2),
        (timedelta(days=7, seconds=1), 0, 0),
        (timedelta(hours=1), 10, 0),
    ],
)
def test_a_review_is_paid_within_seven_days_and_ten_times_a_week(
    after: timedelta, paid_before: int, expected: int
) -> None:
    pay = review_pay(TAKEN, TAKEN + after, paid_before, POLICY)
    assert (pay.points, pay.arithmetic["points"]) == (expected, expected)


# ----------------------------------------------------------------------- what holds for any hours at all

days = st.dates(date(2026, 10, 26), date(2026, 11, 22))
entry_lists = st.lists(st.tuples(days, st.integers(1, 960)), min_size=1, max_size=6)
uses = st.builds(WeekUse, st.integers(0, 600), st.integers(0, 600))
week_uses = st.dictionaries(days.map(iso_week), uses, max_size=4)
cases = st.fixed_dictionaries(
    {
        "entries": entry_lists,
        "approved": st.integers(0, 4000),
        "estimate": st.integers(1, 2000),
        "already": st.integers(0, 2000),
        "open_work": st.booleans(),
        "difficulty": st.sampled_from(SIZES),
        "rubric": st.integers(2, 5),
        "weeks": week_uses,
    }
)


@given(cases)
def test_no_limit_is_ever_exceeded_and_the_parts_add_up(case: dict[str, Any]) -> None:
    got = award(**case)
    cap = estimate_cap_minutes(case["estimate"], case["already"], case["open_work"], POLICY)
    claimed = sum(minutes for _, minutes in case["entries"])
    assert got.counted_minutes <= min(claimed, case["approved"], cap)
    assert got.counted_minutes == sum(e.full_minutes + e.half_minutes for e in got.entries)
    taken = 0
    for week, use in got.weeks.items():
        before = case["weeks"].get(week, WeekUse())
        assert before.full_minutes <= use.full_minutes <= 600
        assert before.half_minutes <= use.half_minutes <= 600
        taken += use.counted_minutes - before.counted_minutes
    assert taken == got.counted_minutes
    assert Decimal(got.counted_minutes) / 2 <= got.credited_minutes <= got.counted_minutes


@given(cases)
def test_the_arithmetic_alone_explains_the_points(case: dict[str, Any]) -> None:
    """Somebody who has only the JSON, years later, comes to the same points by another road."""
    got = award(**case)
    told = json.loads(json.dumps(got.arithmetic))
    full = sum(week["full_minutes"] for week in told["weeks"])
    half = sum(week["half_minutes"] for week in told["weeks"])
    over = sum(week["over_minutes"] for week in told["weeks"])
    assert full + half + over == told["filled_minutes"]
    assert told["filled_minutes"] == min(told["claimed_minutes"], told["approved_minutes"], told["cap_minutes"])
    credited = Fraction(full) + Fraction(half, 2)
    assert credited == Fraction(told["credited_minutes"])
    exact = (
        credited / 60 * told["points_per_hour"] * Fraction(told["difficulty_factor"]) * Fraction(told["quality_factor"])
    )
    assert Fraction(told["product_x60"]) == exact * 60
    assert told["points"] == got.points == math.floor(exact + Fraction(1, 2))


@given(cases, st.integers(0, 500))
def test_more_approved_minutes_and_a_better_rubric_never_bring_less(case: dict[str, Any], more: int) -> None:
    got = award(**case).points
    assert award(**case | {"approved": case["approved"] + more}).points >= got
    assert award(**case | {"rubric": min(5, case["rubric"] + 1)}).points >= got
    assert award(**case | {"estimate": case["estimate"] + more}).points >= got
    assert award(**case | {"weeks": {}}).points >= got


@given(st.lists(st.tuples(entry_lists, st.integers(0, 2000)), max_size=8))
def test_replaying_approvals_in_their_order_gives_the_same_and_at_most_20_hours_a_week(
    approvals: list[tuple[list[tuple[date, int]], int]],
) -> None:
    def replay() -> tuple[list[Decimal], dict[IsoWeek, WeekUse]]:
        weeks: dict[IsoWeek, WeekUse] = {}
        credited = []
        for entries, approved in approvals:
            credit = credit_minutes(entries, approved_minutes=approved, cap_minutes=None, weeks=weeks, policy=POLICY)
            weeks.update(credit.weeks)
            credited.append(credit.credited_minutes)
        return credited, weeks

    credited, weeks = replay()
    assert replay() == (credited, weeks)
    assert all(use.counted_minutes <= 1200 for use in weeks.values())
    assert sum(credited) == sum(use.full_minutes + Decimal(use.half_minutes) / 2 for use in weeks.values())


@given(st.integers(0, 1200), st.sampled_from(SIZES), st.integers(1, 5))
def test_points_are_the_exact_product_rounded_half_up(minutes: int, size: str, rubric: int) -> None:
    factors = POLICY.difficulty[size], POLICY.quality[rubric]
    exact = Fraction(10 * minutes, 60) * Fraction(factors[0]) * Fraction(factors[1])
    assert points(minutes, *factors, POLICY) == math.floor(exact + Fraction(1, 2))
