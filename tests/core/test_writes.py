"""Rows of several tables in one statement: whole, all or none, and as Django itself would have written them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone

from contributions.models import Contribution, TimeEntry
from core.events import new_event, record_events
from core.ids import uuid7
from core.models import Delivery, Event, StateChange
from core.transitions import change_state, step_of
from core.writes import fresh, insert_row, update_row, write_rows
from guilds.models import Membership
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=3))


def a_step(world: World, **changes: Any) -> StateChange:
    values = {"object_kind": "guild", "object_id": world.guild.pk, "to_state": "open", "changed_at": NOW, **changes}
    return StateChange(**values)


def an_event(world: World) -> Event:
    data = {"version": 2}
    return new_event(
        "guild.policy_published",
        now=NOW,
        actor=None,
        guild=None,
        object_kind="guild",
        object_id=world.guild.pk,
        data=data,
    )


def test_a_row_is_inserted_and_updated_whole(world: World) -> None:
    now = timezone.now()
    seat = Membership(guild=world.guild, subject=world.outsider, roles=["data"], joined_at=now)
    insert_row(seat)
    stored = Membership.objects.get(pk=seat.pk)
    assert (stored.subject, stored.roles, stored.joined_at) == (world.outsider, ["data"], now)
    assert not seat._state.adding
    seat.roles, seat.left_at = ["docs"], now
    update_row(seat, ["roles", "left_at"])
    stored.refresh_from_db()
    assert (stored.roles, stored.left_at) == (["docs"], now)
    seat.pk = uuid7()
    with pytest.raises(DatabaseError):
        update_row(seat, ["roles"])


def test_every_field_of_a_row_is_what_django_itself_would_have_stored(world: World) -> None:
    same: dict[str, Any] = {
        "subject": world.contributor, "guild": world.guild, "project": world.project, "task": world.open_work,
        "role": "code", "note": "Checked % and \\ and 'quotes' and “”.", "created_at": NOW.astimezone(), "payload_hash": "",
    }  # fmt: skip
    ours, django = (Contribution(client_id=uuid7(), **same) for _ in range(2))
    write_rows([ours])
    django.save(force_insert=True)
    left, right = (Contribution.objects.filter(pk=row.pk).values().get() for row in (ours, django))
    assert {k: v for k, v in left.items() if k not in ("id", "client_id")} == {
        k: v for k, v in right.items() if k not in ("id", "client_id")
    }


def test_rows_of_several_tables_take_one_statement(world: World, django_assert_num_queries: Any) -> None:
    world.guild.name = "Renamed"
    events = [an_event(world), an_event(world)]
    with django_assert_num_queries(1):
        record_events(events, now=NOW, new=[a_step(world), a_step(world)], changed=(world.guild, ["name"]))
    world.guild.refresh_from_db()
    assert world.guild.name == "Renamed"
    assert StateChange.objects.filter(object_id=world.guild.pk, changed_at=NOW).count() == 2
    assert Event.objects.filter(pk__in=[event.pk for event in events]).count() == 2
    assert Delivery.objects.filter(event__in=events, consumer="core.public_log").count() == 2


def test_one_bad_row_stops_all_of_them(world: World) -> None:
    before = Event.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        record_events([an_event(world)], now=NOW, new=[a_step(world, object_kind=None)])
    with pytest.raises(DatabaseError), transaction.atomic():
        world.guild.pk = uuid7()
        record_events([an_event(world)], now=NOW, changed=(world.guild, ["name"]))
    assert Event.objects.count() == before
    assert not StateChange.objects.filter(changed_at=NOW).exists()


def test_a_step_is_written_with_the_event_that_tells_of_it(world: World, django_assert_num_queries: Any) -> None:
    work = Contribution(
        subject=world.contributor, client_id=uuid7(), guild=world.guild, project=world.project, task=world.open_work,
        role="code", created_at=NOW,
    )  # fmt: skip
    entry = TimeEntry(contribution=work, subject=world.contributor, worked_on=NOW.date(), minutes=30)
    write_rows([work, step_of(work, "", actor=None, now=NOW)])
    insert_row(entry)
    told = new_event(
        "contribution.withdrawn", now=NOW, actor=None, guild=None, object_kind="contribution", object_id=work.pk
    )
    with django_assert_num_queries(1):
        change = change_state(work, "withdrawn", actor=None, now=NOW, telling=[told])
    assert Contribution.objects.get(pk=work.pk).state == "withdrawn"
    assert (change.from_state, change.to_state) == ("draft", "withdrawn")
    assert Delivery.objects.filter(event=told).exists()


def test_a_fresh_row_is_the_one_its_model_would_make(world: World) -> None:
    same: dict[str, Any] = {"object_kind": "guild", "object_id": world.guild.pk, "to_state": "open", "changed_at": NOW}
    for model, values in (
        (StateChange, same),
        (Membership, {"guild_id": world.guild.pk, "subject_id": world.outsider.pk, "joined_at": NOW}),
        (TimeEntry, {"contribution_id": uuid7(), "subject_id": uuid7(), "worked_on": NOW.date(), "minutes": 30}),
        (Contribution, {"client_id": uuid7(), "role": "code", "created_at": NOW}),
    ):
        ours, django = vars(fresh(model, **values)), vars(model(**values))
        fields = model._meta.concrete_fields
        by_the_database = {f.attname for f in fields if f.generated or f.db_default is not NOT_PROVIDED}
        assert {k: v for k, v in ours.items() if k not in ("id", "_state")} == {
            k: v for k, v in django.items() if k not in ("id", "_state", *by_the_database)
        }
        assert ours["id"] != django["id"] and ours["_state"].adding
    with pytest.raises(TypeError, match="nam"):
        fresh(StateChange, nam="x")
    rows = [fresh(Membership, guild_id=world.guild.pk, subject_id=uuid7(), joined_at=NOW) for _ in range(2)]
    assert rows[0].roles is not rows[1].roles, "nobody's list is somebody else's"
