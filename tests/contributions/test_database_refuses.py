"""What the database itself refuses, asked by the app's login with plain SQL past every service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import SubjectLink
from contributions.models import Contribution, Review, TimeEntry, WorkDay
from contributions.services import EntryInput, approve_contribution, log_hours
from core.ids import uuid7
from tests.factories import World, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def log(world: World, minutes: int = 60, hour: int | None = None, **fields: Any) -> Contribution:
    started = world.now.replace(hour=hour) - timedelta(days=1) if hour is not None else None
    day = (world.now - timedelta(days=1)).date()
    return log_hours(
        by=world.contributor,
        client_id=uuid7(),
        task=world.open_work,
        entries=[EntryInput(day, minutes, started)],
        now=world.now,
        note="what I did",
        **fields,
    ).contribution


def refused(sql: str, *params: Any, words: str) -> None:
    """The statement fails with `words` in the database's own answer, and nothing of it stays."""
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_the_tests_run_as_the_app_login() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        name, is_superuser = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert (name, is_superuser, cursor.fetchone()[0]) == ("guildhub_app", False, 0)


@pytest.mark.parametrize("table", ["reputation_transfer", "reputation_account"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {t} SET id = id", "DELETE FROM {t}", "TRUNCATE {t} CASCADE", "INSERT INTO {t} DEFAULT VALUES"]
)
def test_the_app_cannot_write_the_ledger(world: World, table: str, statement: str) -> None:
    refused(statement.format(t=table), words="permission denied")


@pytest.mark.parametrize("table", ["core_event", "core_logentry", "core_logroot", "guilds_policy"])
@pytest.mark.parametrize("statement", ["UPDATE {t} SET {key} = {key}", "DELETE FROM {t}", "TRUNCATE {t} CASCADE"])
def test_the_app_cannot_change_what_is_append_only(world: World, table: str, statement: str) -> None:
    key = {"core_logentry": "seq", "core_logroot": "size"}.get(table, "id")
    refused(statement.format(t=table, key=key), words="permission denied")


def review_row(world: World, work: Contribution, reviewer: Any, **changed: Any) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "contribution_id": work.pk,
        "contributor_id": work.subject_id,
        "reviewer_id": reviewer,
        "basis": "person",
        "verdict": "approved",
        "rubric": 3,
        "minutes_approved": 60,
        "reason": "",
        "next_step": "",
        "policy_version": 1,
        "points_paid": 0,
        "taken_at": world.now,
        "decided_at": world.now,
        **changed,
    }


def insert(table: str, row: dict[str, Any], *, words: str) -> None:
    columns = ", ".join(row)
    refused(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(row))})", *row.values(), words=words)


def test_a_self_review(world: World) -> None:
    work = log(world)
    insert("contributions_review", review_row(world, work, world.contributor.pk), words="own work")


def test_a_self_review_under_a_linked_name(world: World) -> None:
    work = log(world)
    alias = make_person("alias")
    SubjectLink.objects.create(alias=alias, primary=world.contributor, linked_at=world.now)
    insert("contributions_review", review_row(world, work, alias.pk), words="own work")


def test_a_review_that_names_somebody_else_as_contributor(world: World) -> None:
    work = log(world)
    row = review_row(world, work, world.contributor.pk, contributor_id=world.outsider.pk)
    insert("contributions_review", row, words="names the person")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rubric": 1}, "review_approval_is_complete"),
        ({"rubric": 6}, "review_"),
        ({"minutes_approved": None}, "review_approval_is_complete"),
        ({"verdict": "returned", "minutes_approved": None}, "review_refusal_says_why"),
        ({"verdict": "rejected", "minutes_approved": None, "reason": "no"}, "review_rejection_shows_a_way"),
        ({"basis": "imported"}, "review_person_has_a_reviewer"),
    ],
)
def test_an_incomplete_verdict(world: World, changed: dict[str, Any], words: str) -> None:
    insert("contributions_review", review_row(world, log(world), world.reviewer.pk, **changed), words=words)


def test_a_second_final_verdict_and_a_changed_one(world: World) -> None:
    work = log(world)
    review = approve_contribution(
        contribution=work, by=world.reviewer, rubric=4, minutes=60, now=world.later(hours=1)
    ).review
    insert("contributions_review", review_row(world, work, world.maintainer.pk), words="review_one_final_verdict")
    refused("UPDATE contributions_review SET rubric = 5 WHERE id = %s", review.pk, words="numbers of verdict")
    refused("DELETE FROM contributions_review WHERE id = %s", review.pk, words="permission denied")
    refused("UPDATE contributions_contribution SET points = 99 WHERE id = %s", work.pk, words="stands")
    refused("UPDATE contributions_timeentry SET minutes = 5 WHERE contribution_id = %s", work.pk, words="stands")


def test_overlapping_clocked_entries(world: World) -> None:
    first = log(world, 60, hour=10)
    second = log(world, 60, hour=10)
    assert (first.need, second.need) == ("", "overlap"), "the service keeps the second as a draft"
    entry = TimeEntry.objects.get(contribution=second)
    refused("UPDATE contributions_timeentry SET counts = true WHERE id = %s", entry.pk, words="time_entry_no_overlap")


def test_entries_that_touch_do_not_overlap(world: World) -> None:
    assert log(world, 60, hour=10).need == log(world, 60, hour=11).need == ""


def test_a_seventeenth_hour_in_a_day(world: World) -> None:
    assert log(world, 900).need == ""
    late = log(world, 120)
    assert late.need == "day_full"
    refused(
        "UPDATE contributions_timeentry SET counts = true WHERE contribution_id = %s",
        late.pk,
        words="work_day_sixteen_hours",
    )
    assert WorkDay.objects.get(subject=world.contributor).minutes == 900
    refused("UPDATE contributions_workday SET minutes = 0", words="permission denied")


def test_time_of_somebody_else_and_clock_times_that_lie(world: World) -> None:
    entry = TimeEntry.objects.get(contribution=log(world, 60, hour=10))
    refused(
        "UPDATE contributions_timeentry SET subject_id = %s WHERE id = %s",
        world.outsider.pk,
        entry.pk,
        words="belongs to the person",
    )
    refused(
        "UPDATE contributions_timeentry SET ended_at = ended_at + interval '1 hour' WHERE id = %s",
        entry.pk,
        words="span the minutes",
    )


def test_a_start_without_an_end_and_half_a_position(world: World) -> None:
    entry = TimeEntry.objects.get(contribution=log(world, 60, hour=10))
    refused("UPDATE contributions_timeentry SET ended_at = NULL WHERE id = %s", entry.pk, words="clock_times_agree")
    refused("UPDATE projects_problem SET latitude = 26 WHERE id = %s", world.problem.pk, words="position_whole")


def test_steps_that_are_not_declared(world: World) -> None:
    work = log(world)
    refused("UPDATE contributions_contribution SET state = 'vested' WHERE id = %s", work.pk, words="cannot go from")
    refused("UPDATE projects_task SET state = 'accepted' WHERE id = %s", world.task.pk, words="cannot go from")
    refused("UPDATE projects_problem SET state = 'draft' WHERE id = %s", world.problem.pk, words="cannot go from")
    refused("UPDATE guilds_guild SET state = 'proposed' WHERE id = %s", world.guild.pk, words="cannot go from")


def test_a_project_without_an_accepted_problem(world: World) -> None:
    from projects.services import draft_problem

    draft = draft_problem(guild=world.guild, by=world.contributor, now=world.now, title="Draft")
    refused(
        "INSERT INTO projects_project (id, guild_id, problem_id, slug, title, summary, repository_url, language, state,"
        " author_id, created_at) VALUES (%s, %s, %s, 'x', 'x', 'x', '', 'en', 'proposal', %s, now())",
        uuid7(),
        world.guild.pk,
        draft.pk,
        world.maintainer.pk,
        words="accepted problem",
    )


def test_a_published_task_changed_afterwards(world: World) -> None:
    refused("UPDATE projects_task SET difficulty = 'L' WHERE id = %s", world.task.pk, words="fixed when")
    refused(
        "UPDATE projects_task SET estimate_minutes = 500 WHERE id = %s",
        world.task.pk,
        words="fixed when|fits_an_evening",
    )


def test_more_than_twenty_hours_of_a_week(world: World) -> None:
    insert(
        "contributions_week",
        {
            "subject_id": world.contributor.pk,
            "guild_id": world.guild.pk,
            "iso_year": 2026,
            "iso_week": 10,
            "full_minutes": 600,
            "half_minutes": 601,
            "paid_reviews": 0,
        },
        words="week_twenty_hours",
    )


def test_the_declared_steps_in_the_database_are_those_of_the_rules() -> None:
    from contributions.rules import CONTRIBUTION_TRANSITIONS
    from guilds.rules import GUILD_TRANSITIONS
    from projects.rules import PROBLEM_TRANSITIONS, PROJECT_TRANSITIONS, TASK_TRANSITIONS, steps

    wanted = {
        "contributions_contribution": CONTRIBUTION_TRANSITIONS,
        "guilds_guild": GUILD_TRANSITIONS,
        "projects_problem": PROBLEM_TRANSITIONS,
        "projects_project": PROJECT_TRANSITIONS,
        "projects_task": TASK_TRANSITIONS,
    }
    with connection.cursor() as cursor:
        for table, transitions in wanted.items():
            cursor.execute(
                "SELECT tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE tgrelid = %s::regclass AND proname = 'core_check_transition'",
                [table],
            )
            (arguments,) = cursor.fetchone()
            declared = bytes(arguments).decode().rstrip("\0").split("\0")
            assert sorted(declared) == steps(transitions), table


def test_a_review_row_of_a_service_is_accepted(world: World) -> None:
    """The refusals above would also pass if every row were refused."""
    work = log(world)
    row = review_row(world, work, world.reviewer.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO contributions_review ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )
    assert Review.objects.filter(contribution=work).count() == 1
