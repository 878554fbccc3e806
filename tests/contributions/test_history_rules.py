"""The rule that turns commits into sessions of work, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import email_hash
from contributions.history.rules import (
    GAP,
    LEAD_IN,
    SESSION_MOST,
    Author,
    Commit,
    SessionPlan,
    Span,
    Worked,
    effective_at,
    group_sessions,
    why_set_aside,
)
from contributions.history.summary import summarise_history
from reputation.rules import PointPolicy

NINE = datetime(2024, 5, 6, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ASHA = Author("Asha Devi", email_hash("asha@example.org"))
BO = Author("Bo", email_hash("bo@example.org"))


def at(minutes: float, files: int = 1, documents: int = 0) -> Worked:
    moment = NINE + timedelta(minutes=minutes)
    sha = f"{int(minutes * 60) & (2**159 - 1):040x}"
    return Worked(sha, sha, moment, moment.date(), files, documents)


def commit(number: int = 1, author: Author = ASHA, moment: datetime = NINE, **fields: object) -> Commit:
    return Commit(sha=f"{number:040x}", is_merge=False, author=author, authored_at=moment, **fields)  # type: ignore[arg-type]


def minutes_of(plans: list[SessionPlan]) -> list[int]:
    return [plan.minutes for plan in plans]


def test_one_commit_is_a_session_of_the_lead_in() -> None:
    (plan,) = group_sessions([at(0)])
    assert (plan.minutes, plan.started_at, plan.ended_at) == (30, NINE - LEAD_IN, NINE)


@pytest.mark.parametrize(("gap", "sessions"), [(1, 1), (119.9, 1), (120, 2), (500, 2)])
def test_a_gap_of_two_hours_starts_another_session(gap: float, sessions: int) -> None:
    assert len(group_sessions([at(0), at(gap)])) == sessions


def test_the_time_between_commits_counts() -> None:
    assert minutes_of(group_sessions([at(0), at(60), at(100)])) == [130]


def test_a_long_day_is_cut_at_eight_hours_and_goes_on_without_a_second_lead_in() -> None:
    plans = group_sessions([at(10 * n) for n in range(70)])
    assert minutes_of(plans) == [480, 10 * 24]
    assert plans[1].started_at == plans[0].ended_at + timedelta(minutes=10) - timedelta(minutes=10)


def test_the_day_is_the_authors_own_day_of_the_first_commit() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2024, 5, 7, 0, 10, tzinfo=india)  # still the 6th in UTC
    (plan,) = group_sessions([Worked("a", "a", moment, moment.date())])
    assert plan.worked_on == date(2024, 5, 7)


@pytest.mark.parametrize(("documents", "role"), [(0, "code"), (1, "code"), (2, "docs")])
def test_a_session_mostly_of_documents_is_documentation(documents: int, role: str) -> None:
    assert group_sessions([at(0, files=2, documents=documents)])[0].role == role


def test_commits_inside_accepted_time_are_in_no_session() -> None:
    accepted = Span(NINE - LEAD_IN, NINE + timedelta(minutes=60))
    plans = group_sessions([at(-10), at(30), at(60)], [accepted])
    assert plans == []


def test_work_right_after_accepted_time_claims_only_what_is_new() -> None:
    accepted = Span(NINE - LEAD_IN, NINE)
    (plan,) = group_sessions([at(10)], [accepted])
    assert (plan.started_at, plan.minutes) == (NINE, 10)


def test_an_accepted_session_between_two_commits_parts_them() -> None:
    accepted = Span(NINE + timedelta(minutes=20), NINE + timedelta(minutes=40))
    assert minutes_of(group_sessions([at(0), at(60)], [accepted])) == [30, 20]


seconds = st.lists(st.integers(0, 4 * 24 * 3600), max_size=80)


def worked(moments: list[int]) -> list[Worked]:
    return [
        Worked(n, f"{n:040x}", NINE + timedelta(seconds=s), (NINE + timedelta(seconds=s)).date())
        for n, s in enumerate(moments)
    ]


@given(seconds, st.randoms())
def test_every_commit_is_in_exactly_one_session_whatever_the_order(moments: list[int], random: object) -> None:
    commits = worked(moments)
    plans = group_sessions(commits)
    assert sorted(key for plan in plans for key in plan.keys) == list(range(len(commits)))  # type: ignore[type-var]
    random.shuffle(commits)  # type: ignore[attr-defined]
    assert group_sessions(commits) == plans


@given(seconds)
def test_sessions_are_apart_bounded_and_never_overlap(moments: list[int]) -> None:
    plans = group_sessions(worked(moments))
    for plan in plans:
        assert plan.started_at <= plan.first_commit_at <= plan.ended_at
        assert 1 <= plan.minutes <= SESSION_MOST / timedelta(minutes=1)
        assert plan.first_commit_at - plan.started_at <= LEAD_IN
    for before, after in pairwise(plans):
        assert before.ended_at <= after.started_at


@given(seconds, st.lists(st.tuples(st.integers(0, 4 * 24 * 3600), st.integers(0, 6 * 3600)), max_size=5))
def test_sessions_never_overlap_accepted_time(moments: list[int], walls: list[tuple[int, int]]) -> None:
    spans, free_from = [], -1
    for start, length in sorted(walls):
        if start > free_from:
            free_from = start + length
            spans.append(Span(NINE + timedelta(seconds=start), NINE + timedelta(seconds=free_from)))
    commits = worked(moments)
    plans = group_sessions(commits, spans)
    inside = {c.key for c in commits if any(s.started_at <= c.authored_at <= s.ended_at for s in spans)}
    assert {key for plan in plans for key in plan.keys} == {c.key for c in commits} - inside
    for plan in plans:
        for span in spans:
            assert plan.ended_at <= span.started_at or plan.started_at >= span.ended_at


@given(seconds)
def test_the_estimate_is_never_more_than_that_of_git_hours(moments: list[int]) -> None:
    ordered = sorted(moments)
    theirs = sum((b - a) if b - a < GAP.total_seconds() else 7200 for a, b in pairwise(ordered))
    theirs += 7200 if ordered else 0
    # A session cut off a longer one counts a minute at least, which can round up by as much.
    plans = group_sessions(worked(moments))
    assert sum(minutes_of(plans)) <= theirs / 60 + len(plans)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"author": Author("dependabot[bot]", "0" * 16)}, "bot"),
        ({"author": Author("Somebody", email_hash("bot@renovateapp.com"))}, "bot"),
        ({"author": Author("Ada Talbot", "0" * 16)}, ""),
        ({"moment": NOW + timedelta(seconds=1)}, "date"),
        ({"moment": datetime(1999, 12, 31, 23, tzinfo=UTC)}, "date"),
    ],
)
def test_what_is_set_aside_and_why(fields: dict[str, object], reason: str) -> None:
    assert why_set_aside(commit(**fields), now=NOW) == reason  # type: ignore[arg-type]


def test_a_merge_is_a_merge_whoever_made_it() -> None:
    merged = Commit("a" * 40, True, Author("dependabot[bot]", "0" * 16), NINE)
    assert why_set_aside(merged, now=NOW) == "merge"


def test_each_person_of_a_commit_is_credited_once_and_programs_never() -> None:
    program = Author("Copilot", email_hash("198982749+Copilot@users.noreply.github.com"))
    again = Author(" asha  DEVI ", ASHA.email_hash)
    assert commit(co_authors=(BO, again, program, BO)).people == [ASHA, BO]


def test_the_same_address_under_two_names_is_two_people() -> None:
    shared = [commit(1, Author("Ravi", "1" * 16)), commit(2, Author("Meena", "1" * 16))]
    assert summarise_history(shared, now=NOW, policy=PointPolicy()).people == 2


def test_the_summary_adds_up_and_knows_the_weeks_limits() -> None:
    # Twelve sessions of two and a half hours in one week: four in full (25 each), four half (12.5, rounded up), four
    # for nothing.
    start = datetime(2024, 5, 6, 1, 0, tzinfo=UTC)
    commits = [
        commit(100 * n + k, moment=start + timedelta(hours=12 * n, minutes=60 * k)) for n in range(12) for k in range(3)
    ]
    summary = summarise_history([*commits, Commit("f" * 40, True, ASHA, NINE)], now=NOW, policy=PointPolicy())
    assert (summary.commits, summary.merges, summary.credited) == (37, 1, 36)
    assert (summary.sessions, summary.minutes, summary.points_most) == (12, 12 * 150, 152)
    assert (summary.first_on, summary.last_on) == ("2024-05-06", "2024-05-11")


def test_points_take_effect_on_the_day_of_the_work_and_never_later_than_today() -> None:
    assert effective_at(date(2024, 5, 6), now=NOW) == datetime(2024, 5, 6, tzinfo=UTC)
    # It is already tomorrow for somebody in Auckland; the ledger takes nothing from the future.
    assert effective_at(NOW.date() + timedelta(days=1), now=NOW) == NOW.replace(hour=0)
