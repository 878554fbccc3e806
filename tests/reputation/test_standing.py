"""Standing fades by halves, counts one person's linked identities together, and gives the right to review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Subject, SubjectLink
from core.ids import uuid7
from guilds.models import Guild
from guilds.queries import guilds_reviewed_by, viewer_in
from guilds.services import join_guild, leave_guild, publish_policy
from reputation.queries import earned_reviewers, explain_standing, standing_of
from reputation.rules import standing, weight
from reputation.services import approval_transfers, transfer
from tests.factories import World, make_person, make_world

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def earn(subject: Subject, guild: Guild, points: int, days_ago: int, now: datetime = NOW) -> None:
    transfer(
        approval_transfers(
            source_kind="deed",
            source_id=uuid7(),
            guild=guild.pk,
            subject=subject.pk,
            points=points,
            policy_version=1,
            arithmetic={"rule": "contribution", "points": points},
            effective_at=now - timedelta(days=days_ago),
            vests_on=now.date() + timedelta(days=8 - days_ago),
        ),
        now=now,
    )


def test_a_point_weighs_half_after_180_days_and_nothing_after_a_year() -> None:
    assert (weight(0), weight(90), weight(180), weight(360)) == (1_000_000, 707_107, 500_000, 250_000)
    assert weight(364) > 0 == weight(365) == weight(-1)
    assert standing([(0, 100), (180, 100)]) == 150
    assert standing([(0, 1), (1, 1)]) == 1, "rounded down, once"
    assert standing([(0, 10), (0, -30)]) == 0, "never below zero"


@given(st.lists(st.tuples(st.integers(-5, 400), st.integers(0, 10_000)), max_size=20))
def test_standing_is_never_above_what_was_earned(earned: list[tuple[int, int]]) -> None:
    assert 0 <= standing(earned) <= sum(points for _age, points in earned)


@pytest.mark.django_db
def test_the_database_computes_the_same_on_every_day() -> None:
    world = make_world(NOW)
    days = [0, 1, 2, 89, 90, 179, 180, 181, 300, 364, 365, 500]
    for number, day in enumerate(days):
        earn(world.contributor, world.guild, 100 + number, day)
    for shift in range(0, 380, 7):
        now = NOW + timedelta(days=shift)
        wanted = standing((day + shift, 100 + number) for number, day in enumerate(days))
        found = explain_standing([world.contributor.pk], world.guild.pk, now)
        assert standing_of([world.contributor.pk], world.guild.pk, now) == wanted == found.value


@pytest.mark.django_db
def test_the_weights_of_rule_and_database_are_equal() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT round(1000000 * power(0.5::numeric, d / 180.0))::int FROM generate_series(0, 364) d")
        assert [row[0] for row in cursor.fetchall()] == [weight(age) for age in range(365)]


@pytest.mark.django_db
def test_standing_is_of_one_guild_and_of_a_whole_person() -> None:
    world, other = make_world(NOW), make_world(NOW)
    earn(world.contributor, world.guild, 200, 0)
    alias = Subject.objects.create()
    earn(alias, world.guild, 300, 0)
    SubjectLink.objects.create(alias=alias, primary=world.contributor, linked_at=NOW)
    ids = [world.contributor.pk, alias.pk]
    assert standing_of(ids, world.guild.pk, NOW) == 500
    assert standing_of(ids, other.guild.pk, NOW) == 0
    assert guilds_reviewed_by(ids, NOW) == [world.guild.pk]
    assert earned_reviewers(world.guild.pk, NOW) == [world.contributor.pk]


@pytest.mark.django_db
def test_the_months_say_what_it_is_made_of() -> None:
    world = make_world(NOW)
    earn(world.contributor, world.guild, 100, 0)
    earn(world.contributor, world.guild, 80, 180)
    earn(world.contributor, world.guild, 50, 400)
    found = explain_standing([world.contributor.pk], world.guild.pk, NOW)
    assert found.value == 140
    assert [(p.month.isoformat(), p.earned, p.counts) for p in found.parts] == [
        ("2026-11-01", 100, 100),
        ("2026-05-01", 80, 40),
    ]


def reviews(world: World, person: Subject, now: datetime = NOW) -> bool:
    seen = viewer_in(person.user, world.guild.pk, now).is_reviewer
    assert seen == (world.guild.pk in guilds_reviewed_by([person.pk], now)), "every way of asking says the same"
    assert seen == (person.pk in earned_reviewers(world.guild.pk, now))
    return seen


@pytest.mark.django_db
def test_the_right_to_review_comes_with_standing_and_goes_with_it() -> None:
    world, person = make_world(NOW), make_person("other")
    join_guild(guild=world.guild, by=person, now=NOW)
    earn(person, world.guild, 399, 0)
    assert not reviews(world, person)
    earn(person, world.guild, 1, 0)
    assert reviews(world, person)
    assert not reviews(world, person, NOW + timedelta(days=1)), "it fades"
    publish_policy(
        guild=world.guild, by=world.steward, now=NOW, effective_at=NOW + timedelta(hours=1), review_standing=100
    )
    assert reviews(world, person, NOW + timedelta(days=300))
    leave_guild(guild=world.guild, by=person, now=NOW + timedelta(days=1))
    assert not reviews(world, person, NOW + timedelta(days=1)), "for members only"
    assert not viewer_in(AnonymousUser(), world.guild.pk, NOW).is_reviewer


@pytest.mark.django_db
def test_points_of_later_do_not_count_yet() -> None:
    world = make_world(NOW)
    earn(world.contributor, world.guild, 100, 0, now=NOW + timedelta(days=1))
    assert standing_of([world.contributor.pk], world.guild.pk, NOW) == 0
    assert standing_of([world.contributor.pk], world.guild.pk, NOW + timedelta(days=2)) == 99
