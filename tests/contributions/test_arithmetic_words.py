"""A transfer's arithmetic in words: what each rule says, which limit bit, and what an unknown rule leaves unsaid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import connection
from django.utils import translation

from contributions.queries.points import SAID
from contributions.views.arithmetic import explain
from reputation.rules import PointPolicy, WeekUse, credit_contribution, credit_import, review_pay

DAY = date(2026, 3, 4)
WEEK = (2026, 10)


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


def awarded(
    minutes: int, approved: int, *, rubric: int = 3, used: WeekUse | None = None, **more: object
) -> dict[str, object]:
    values = {"estimate_minutes": 120, "already_counted": 0, "is_open_work": False, "difficulty": "S", **more}
    award = credit_contribution(
        [(DAY, minutes)],
        approved_minutes=approved,
        rubric=rubric,
        weeks={WEEK: used or WeekUse()},
        policy=PointPolicy(),
        **values,  # type: ignore[arg-type]
    )
    return award.arithmetic


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("arithmetic", "words"),
    [
        (awarded(120, 120, rubric=4), "2 h × 1.0 (S) × 1.15 (rubric 4) × 10 = 23"),
        (awarded(300, 300), "3 h × 1.0 (S) × 1.0 (rubric 3) × 10 = 30"),
        (awarded(50, 50, difficulty="XS", rubric=5), "50 min × 0.8 (XS) × 1.3 (rubric 5) × 10 = 8.67 → 9"),
        (awarded(45, 45, used=WeekUse(600, 0)), "22.5 min × 1.0 (S) × 1.0 (rubric 3) × 10 = 3.75 → 4"),
    ],
)
def test_the_sum_on_one_line(arithmetic: dict[str, object], words: str) -> None:
    assert plain(explain(arithmetic).sentence) == words


@pytest.mark.parametrize(
    ("arithmetic", "limits"),
    [
        (awarded(60, 60), []),
        (awarded(60, 45), ["The reviewer approved 45 min of the 1 h claimed."]),
        (awarded(300, 300), ["This task credits at most 1.5 × its estimate of 2 h: 3 h."]),
        (
            awarded(300, 300, already_counted=60),
            ["This task credits at most 1.5 × its estimate of 2 h; 1 h were credited before, so 2 h were left."],
        ),
        (awarded(120, 120, is_open_work=True), ["Open work credits at most 1 h 30 min at a time (1.5 × 1 h)."]),
        (
            awarded(60, 60, used=WeekUse(570, 0)),
            ["In week 2026-W10 30 min counted half, because 10 h of that week counted in full already."],
        ),
        (
            awarded(60, 60, used=WeekUse(600, 600)),
            ["In week 2026-W10 1 h added nothing: a week counts 20 h. The hours are recorded all the same."],
        ),
    ],
)
def test_the_limit_that_bit(arithmetic: dict[str, object], limits: list[str]) -> None:
    assert [plain(limit) for limit in explain(arithmetic).limits] == limits


def test_imported_history_says_that_it_is_estimated() -> None:
    award = credit_import(DAY, 90, weeks={}, policy=PointPolicy(version=3))
    why = explain(award.arithmetic)
    steps = {what: plain(how_much) for what, how_much in why.steps}
    assert steps["Estimated from commits"] == "1 h 30 min" and "Approved" not in steps
    assert plain(why.sentence) == "1 h 30 min × 1.0 (S) × 1.0 (rubric 3) × 10 = 15"
    assert why.rule == "Rule version 3"


def test_a_reviews_pay_is_flat() -> None:
    now = datetime(2026, 3, 4, tzinfo=UTC)
    why = explain(review_pay(now - timedelta(days=2), now, 3, PointPolicy()).arithmetic)
    assert why.sentence == "A verdict within 7 days is paid 2, whatever it says."
    assert dict(why.steps) == {
        "Days from taking it to the verdict": "2 (at most 7)",
        "Paid reviews of that week": "4 of 10",
        "Flat pay": "2",
    }


@pytest.mark.parametrize("arithmetic", [{}, {"rule": "barter", "policy_version": 9}, {"rule": "contribution"}])
def test_what_this_version_cannot_read_is_left_unsaid(arithmetic: dict[str, object]) -> None:
    why = explain(arithmetic)
    assert (why.sentence, why.steps, why.limits) == ("", [], [])
    assert why.rule.startswith("Rule version ")


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    with translation.override("id"):
        assert "1,15" in explain(awarded(120, 120, rubric=4)).sentence


def kept_for_words(arithmetic: Mapping[str, object]) -> dict[str, object]:
    """What the page of points reads of a line's arithmetic."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({SAID})::text FROM (SELECT %s::jsonb AS a) l", [json.dumps(arithmetic)])
        return dict(json.loads(cursor.fetchone()[0]))


@pytest.mark.django_db
def test_what_the_page_leaves_unread_changes_no_word() -> None:
    seen = set()
    for claimed, approved, full in product((30, 90, 240, 900), (30, 120, 900), (0, 540, 600, 1200)):
        for more in ({}, {"already_counted": 60}, {"is_open_work": True}):
            used = WeekUse(min(full, 600), max(0, full - 600))
            arithmetic = awarded(claimed, min(approved, claimed), used=used, **more)
            kept = kept_for_words(arithmetic)
            assert explain(kept) == explain(arithmetic)
            seen.add((arithmetic["limit"], arithmetic["week_limited"], frozenset(arithmetic) - frozenset(kept)))
    assert {limit for limit, _week, _gone in seen} == {"claimed", "approved", "estimate"}
    # else no two people's hours would be alike, and none of their words kept
    assert all("weeks" in gone for _limit, is_limited, gone in seen if not is_limited)
    assert all("already_counted" in gone for limit, _week, gone in seen if limit != "estimate")


@pytest.mark.django_db
def test_an_older_rules_arithmetic_and_a_reviewers_pay_lose_no_word() -> None:
    now = datetime(2026, 3, 4, tzinfo=UTC)
    for arithmetic in (
        review_pay(now - timedelta(days=2), now, 3, PointPolicy()).arithmetic,
        {k: v for k, v in awarded(45, 45, used=WeekUse(600, 0)).items() if k not in ("week_limited", "limit")},
        {"rule": "import", "policy_version": 1},
        {},
    ):
        assert explain(kept_for_words(arithmetic)) == explain(arithmetic)
