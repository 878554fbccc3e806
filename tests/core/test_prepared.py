"""Prepared querysets give what Django's own would, and refuse what they can't."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject
from core.addresses import address
from core.ids import uuid7
from core.prepared import first_of, prepared
from guilds.models import Guild, Membership
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=3))


@prepared
def seats(
    guild_id: UUID, subject_ids: Sequence[UUID], before: datetime | None = None, *, limit: int
) -> QuerySet[Membership]:
    rows = Membership.objects.filter(guild_id=guild_id, subject_id__in=subject_ids).select_related(
        "guild", "subject__profile"
    )
    rows = rows.filter(joined_at__lt=before) if before else rows
    return rows.annotate(times=Count("guild__memberships")).order_by("joined_at", "pk")[:limit]


def test_rows_are_those_of_the_queryset(world: World) -> None:
    ids = [world.contributor.pk, world.reviewer.pk, world.outsider.pk]
    for wanted in (ids, ids[:1], ids[::-1], []):
        found = seats(world.guild.pk, wanted, limit=5)
        plain = Membership.objects.filter(guild=world.guild, subject_id__in=wanted).order_by("joined_at", "pk")
        assert [row.pk for row in found] == [row.pk for row in plain]
        assert all(row.times == Membership.objects.filter(guild=world.guild).count() for row in found)
    assert len(seats(world.guild.pk, ids, limit=1)) == 1
    assert seats(world.guild.pk, ids, timezone.now() - timedelta(days=4000), limit=5) == []
    assert seats(uuid7(), ids, limit=5) == []


def test_a_row_is_a_whole_object(world: World) -> None:
    seat = first_of(seats(world.guild.pk, [world.contributor.pk], limit=5))
    with CaptureQueriesContext(connection) as statements:
        assert seat.guild == world.guild and seat.subject == world.contributor
        assert not seat._state.adding
    assert len(statements) == 0
    seat.roles = ["code"]
    seat.save()
    assert Membership.objects.get(pk=seat.pk).roles == ["code"]


def test_the_same_shape_is_compiled_once(world: World) -> None:
    calls = []

    @prepared
    def subjects(ids: Sequence[UUID]) -> QuerySet[Subject]:
        calls.append(ids)
        return Subject.objects.filter(pk__in=ids)

    for subject in (world.contributor, world.reviewer, world.maintainer):
        assert subjects([subject.pk]) == [subject]
    assert len(calls) == 1


def test_a_value_that_was_made_into_another_is_refused(world: World) -> None:
    @prepared
    def lately(now: datetime) -> QuerySet[Guild]:
        return Guild.objects.filter(created_at__gt=now - timedelta(days=7))

    @prepared
    def named(text: str) -> QuerySet[Guild]:
        return Guild.objects.filter(name__icontains=text)

    @prepared
    def forgotten(guild_id: UUID) -> QuerySet[Guild]:
        return Guild.objects.all()

    with pytest.raises(ValueError, match="compute before"):
        lately(timezone.now())
    with pytest.raises(ValueError, match="compute before"):
        named("a")
    with pytest.raises(ValueError, match="didn't arrive"):
        forgotten(world.guild.pk)


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_only() -> None:
    from django.db import transaction

    subject = Subject.objects.create()

    @prepared
    def locked(pk: UUID) -> QuerySet[Subject]:
        return Subject.objects.select_for_update().filter(pk=pk)

    with transaction.atomic():
        assert locked(subject.pk) == [subject]
    with pytest.raises(TransactionManagementError):
        locked(subject.pk)


@pytest.mark.parametrize(
    ("route", "argument"), [("projects:problem", "a-slug_1"), ("projects:task", UUID(int=5)), ("guilds:guild", "x")]
)
def test_an_address_is_the_one_django_makes(route: str, argument: object) -> None:
    assert address(route, argument) == reverse(route, args=[argument])
