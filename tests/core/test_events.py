"""Events: what they may say, where they may be written, and that nobody changes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.event_kinds import EVENT_KINDS, PERSON_FIELDS, check_event
from core.events import new_event, record_event, record_events
from core.ids import uuid7
from core.models import Delivery, Event, LogEntry, LogRoot, LogSalt
from core.public_log import append_events
from tests.core.happenings import NOW, consumer, happen, waiting


def test_an_unknown_kind_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match=r"'guild\.danced' is not in"):
        happen(kind="guild.danced")
    assert not Event.objects.exists()


def test_a_field_that_the_kind_does_not_declare_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="no field 'email'"):
        happen(kind="grant.given", email="asha@example.org")
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("grant.given", "right", "Asha Devi"),
        ("grant.given", "right", "reviewer\n"),
        ("grant.given", "right", "asha@example.org"),
        ("grant.given", "right", "न"),
        ("grant.given", "subject", "not-a-uuid"),
        ("grant.given", "subject", "0190163D-8694-739B-AEA5-966C26F8AD91"),
        ("grant.given", "until", "2026-02-30"),
        ("grant.given", "until", "2026-02-03\n"),
        ("grant.given", "until", "20260203"),
        ("guild.policy_published", "version", True),
        ("guild.policy_published", "version", 1.0),
        ("guild.policy_published", "version", "1"),
        ("guild.policy_published", "version", 2**53),
        ("guild.policy_published", "version", [1]),
    ],
)
def test_a_value_that_could_carry_words_about_a_person_is_refused(kind: str, field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        check_event(kind, "guild", {field: value})


@pytest.mark.parametrize("object_kind", ["", "Guild", "asha@example.org", "two words", "guild\n", "g" * 41])
def test_an_object_kind_is_one_small_word(object_kind: str) -> None:
    with pytest.raises(ValueError, match="object kind"):
        check_event("guild.policy_published", object_kind, {})


def test_the_database_refuses_words_where_an_event_has_none(db: None) -> None:
    for fields in ({"kind": "Asha joined"}, {"object_kind": "Asha Devi"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.create(
                **{
                    "kind": "guild.policy_published",
                    "object_kind": "guild",
                    "object_id": uuid7(),
                    "occurred_at": NOW,
                    **fields,
                }
            )


def test_every_declared_field_is_of_a_closed_type() -> None:
    """The schema of all event data: ids, whole numbers, small words and dates; people only where erasure looks."""
    types = {kind: set(shape.values()) for kind, shape in EVENT_KINDS.items()}
    assert all(found <= {"uuid", "int", "word", "date"} for found in types.values())
    assert {field for shape in EVENT_KINDS.values() for field, of in shape.items() if of == "uuid"} == {
        *PERSON_FIELDS,
        "problem",
        "project",
        "task",
        "review",
        "challenge",
        "original",
    }


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction of the change"):
        record_event("guild.policy_published", now=NOW, actor=None, guild=None, object_kind="guild", object_id=uuid7())
    assert not Event.objects.exists()


def test_an_event_stores_ids_as_text_and_leaves_out_what_is_empty(db: None) -> None:
    subject = uuid7()
    event = happen(kind="grant.given", subject=subject, right="reviewer", until=None)
    event.refresh_from_db()
    assert event.data == {"subject": str(subject), "right": "reviewer"}


def test_the_moment_is_kept_to_the_microsecond_whatever_the_zone(db: None) -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    event = happen(now=datetime(2026, 3, 2, 11, 30, 0, 123456, tzinfo=there))
    event.refresh_from_db()
    assert event.occurred_at == datetime(2026, 3, 2, 6, 0, 0, 123456, tzinfo=UTC)


def test_one_delivery_per_consumer_of_the_kind(db: None) -> None:
    with (
        consumer("test.opened", lambda events: None, {"guild.policy_published"}),
        consumer("test.any", lambda events: None),
    ):
        happen()
        happen(kind="membership.left", subject=uuid7())
    assert len(waiting("test.opened")) == 1
    assert len(waiting("test.any")) == 2


def test_many_events_take_as_many_statements_as_one(db: None, django_assert_num_queries: object) -> None:
    events = [
        Event(kind="guild.policy_published", object_kind="guild", object_id=uuid7(), occurred_at=NOW)
        for _ in range(200)
    ]
    with django_assert_num_queries(2):  # type: ignore[operator]
        record_events(events, now=NOW)
    assert Delivery.objects.filter(consumer="core.public_log").count() == 200


@pytest.mark.parametrize("table", ["core_event", "core_logentry", "core_logroot"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_app_may_not_change_what_was_logged(db: None, table: str, change: str) -> None:
    append_events([happen()], now=NOW)
    column = {"core_event": "kind", "core_logentry": "seq", "core_logroot": "size"}[table]
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table, column, column))
    assert (Event.objects.count(), LogEntry.objects.count(), LogRoot.objects.count()) == (1, 1, 1)


def test_the_app_may_delete_a_salt_but_not_change_it(db: None) -> None:
    append_events([happen()], now=NOW)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        LogSalt.objects.update(salt=b"0" * 16)
    assert LogSalt.objects.all().delete()[0] == 1


def test_many_events_at_once_are_recorded_as_few_are(db: None) -> None:
    made = [
        new_event("guild.opened", now=NOW, actor=None, guild=None, object_kind="guild", object_id=uuid7())
        for _number in range(9)
    ]
    record_events(made, now=NOW)
    assert Event.objects.filter(recorded_at__isnull=False).count() == 9
