"""Deliveries: once each, around what fails, with nothing lost and nothing held up."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core import deliveries
from core.deliveries import (
    BATCH,
    MAX_ATTEMPTS,
    backfill_consumer,
    consumers_with_due_events,
    deliver_events,
    deliver_until_empty,
    describe_error,
    drop_parked,
    retry_parked,
)
from core.ids import uuid7
from core.models import Delivery, Event, StateChange
from core.ops import consumer_states, parked_deliveries
from tests.core.happenings import NOW, consumer, happen, waiting

NAME = "test.scribe"


def note(event: Event) -> None:
    """An effect in the database that a test can count."""
    StateChange.objects.create(object_kind="event", object_id=event.pk, to_state="seen", changed_at=NOW)


def seen() -> list[UUID]:
    """The events noted, as often as they were."""
    return list(StateChange.objects.filter(object_kind="event").values_list("object_id", flat=True))


class Scribe:
    """A handler that notes every event, but for those it was told to choke on."""

    def __init__(self) -> None:
        self.poison: set[UUID] = set()
        self.error: Exception = ValueError("it choked")
        self.batches: list[int] = []

    def __call__(self, events: Sequence[Event]) -> None:
        self.batches.append(len(events))
        for event in events:
            note(event)
            if event.pk in self.poison:
                raise self.error


@pytest.fixture
def scribe(db: None) -> Scribe:
    return Scribe()


def test_a_delivery_happens_once(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        events = [happen() for _ in range(3)]
        assert deliver_events(NAME, now=NOW) == 3
        assert deliver_events(NAME, now=NOW) == 0
    assert sorted(seen()) == sorted(event.pk for event in events)
    assert scribe.batches == [3]


def test_nothing_is_delivered_before_it_is_due(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        happen(now=NOW + timedelta(seconds=1))
        assert NAME not in consumers_with_due_events(now=NOW)
        assert deliver_events(NAME, now=NOW) == 0
        assert NAME in consumers_with_due_events(now=NOW + timedelta(seconds=1))
        assert deliver_events(NAME, now=NOW + timedelta(seconds=1)) == 1


def test_a_consumer_that_no_app_claims_is_left_alone_and_shown(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        happen()
    assert deliver_events(NAME, now=NOW) == 0
    assert NAME not in consumers_with_due_events(now=NOW)
    assert [state.consumer for state in consumer_states(now=NOW) if not state.is_known] == [NAME]


def test_one_poisonous_event_spoils_no_other(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        events = [happen() for _ in range(4)]
        scribe.poison = {events[1].pk}
        deliver_events(NAME, now=NOW)
        [left] = waiting(NAME)
    assert sorted(seen()) == sorted(event.pk for event in events if event.pk not in scribe.poison)
    assert left.event_id == events[1].pk
    assert left.attempts == 1
    assert left.due_at > NOW
    assert left.error.startswith("ValueError: it choked (test_deliveries.py:")


def test_a_poisonous_event_is_kept_out_of_later_batches(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        scribe.poison = {happen().pk}
        deliver_events(NAME, now=NOW)
        scribe.batches.clear()
        later = [happen(now=NOW + timedelta(seconds=1)) for _ in range(5)]
        deliver_events(NAME, now=NOW + timedelta(minutes=1))
    assert scribe.batches == [5, 1]
    assert sorted(seen()) == sorted(event.pk for event in later)


def test_after_eight_attempts_a_poisonous_event_is_parked_with_its_error(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        poison = happen()
        scribe.poison = {poison.pk}
        now, pauses = NOW, []
        for _ in range(MAX_ATTEMPTS):
            assert deliver_events(NAME, now=now) == 1
            pauses.append(waiting(NAME)[0].due_at - now)
            now = waiting(NAME)[0].due_at
        assert deliver_events(NAME, now=now + timedelta(days=1)) == 0
        later = happen(now=now)
        deliver_events(NAME, now=now)
    assert pauses == sorted(pauses)
    assert pauses[-1] > 60 * pauses[0]
    [parked] = parked_deliveries()
    assert (parked.consumer, parked.event.pk) == (NAME, poison.pk)
    assert "it choked" in parked.error
    assert seen() == [later.pk]


def park(scribe: Scribe) -> Delivery:
    """A delivery that failed for good."""
    event = happen()
    scribe.poison = {event.pk}
    Delivery.objects.filter(consumer=NAME, event=event).update(attempts=MAX_ATTEMPTS - 1)
    deliver_events(NAME, now=NOW)
    return parked_deliveries().get(consumer=NAME)


def test_a_parked_delivery_is_retried_when_a_person_says_so(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        parked = park(scribe)
        scribe.poison = set()
        assert retry_parked(parked.pk, now=NOW)
        assert not retry_parked(parked.pk, now=NOW)
        assert deliver_events(NAME, now=NOW) == 1
    assert seen() == [parked.event_id]
    assert waiting(NAME) == []


def test_a_parked_delivery_is_dropped_when_a_person_says_so(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        parked = park(scribe)
        assert drop_parked(parked.pk)
        assert not drop_parked(parked.pk)
    assert waiting(NAME) == []
    assert seen() == []


def test_what_is_not_parked_can_be_neither_retried_nor_dropped(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        happen()
        [row] = waiting(NAME)
        assert not retry_parked(row.pk, now=NOW)
        assert not drop_parked(row.pk)
        assert deliver_events(NAME, now=NOW) == 1


def test_a_handler_that_breaks_its_transaction_breaks_nothing_else(db: None) -> None:
    def clumsy(events: Sequence[Event]) -> None:
        for event in events:
            note(event)
            if event.pk == poison.pk:
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT 1 / 0")
                except Exception:
                    pass  # swallowed: the transaction is aborted all the same

    with consumer(NAME, clumsy):
        good, poison = happen(), happen()
        deliver_events(NAME, now=NOW)
        assert [row.event_id for row in waiting(NAME)] == [poison.pk]
    assert seen() == [good.pk]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_would_fail_only_at_commit_fails_alone() -> None:
    """Foreign keys are checked at commit; without care the whole run would be undone, for ever."""

    def dangling(events: Sequence[Event]) -> None:
        for event in events:
            note(event)
            if event.pk == poison.pk:
                Permission.objects.create(name="x", codename="x", content_type_id=10**6)

    with consumer(NAME, dangling):
        good, poison = happen(), happen()
        deliver_events(NAME, now=NOW)
        assert [(row.event_id, row.attempts) for row in waiting(NAME)] == [(poison.pk, 1)]
    assert seen() == [good.pk]


@pytest.mark.parametrize(
    "text",
    ["\x00", "\ud800", "x" * 9000, "", "two\nlines"],
    ids=["no character", "half a character", "endless", "empty", "two lines"],
)
def test_no_error_message_stops_the_putting_off(scribe: Scribe, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries.logger, "disabled", True)  # pytest-xdist can't pass half a character on
    with consumer(NAME, scribe):
        scribe.poison, scribe.error = {happen().pk}, ValueError(text)
        deliver_events(NAME, now=NOW)
        [row] = waiting(NAME)
    assert row.attempts == 1
    assert row.error.startswith("ValueError")
    assert "lines" not in row.error
    assert len(row.error) <= 500


def test_an_error_keeps_the_row_that_postgres_quotes_to_itself() -> None:
    said = describe_error(ValueError("duplicate key\nDETAIL:  Key (email)=(asha@example.org) already exists."))
    assert "duplicate key" in said
    assert "asha" not in said


def test_a_handler_that_takes_too_long_is_put_off_and_found_out(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        events = [happen() for _ in range(3)]
        scribe.poison, scribe.error = {events[0].pk}, SoftTimeLimitExceeded()
        deliver_events(NAME, now=NOW)
        assert {row.attempts for row in waiting(NAME)} == {1}, "nobody knows yet which one it was"
        assert seen() == []
        now = NOW
        for _ in range(2):
            now += timedelta(minutes=5)
            deliver_events(NAME, now=now)
        assert [(row.event_id, row.attempts) for row in waiting(NAME)] == [(events[0].pk, 3)]
    assert sorted(seen()) == sorted(event.pk for event in events[1:])


def test_a_consumer_that_fails_keeps_no_other_waiting(scribe: Scribe) -> None:
    def never(events: Sequence[Event]) -> None:
        raise RuntimeError("always")

    with consumer("test.a_broken_one", never), consumer(NAME, scribe):
        event = happen()
        call_command("sweep", stdout=None, verbosity=0)
        assert waiting(NAME) == []
        assert len(waiting("test.a_broken_one")) == 1
    assert seen() == [event.pk]


def test_a_backlog_longer_than_a_batch_is_delivered_to_its_end(scribe: Scribe) -> None:
    with consumer(NAME, scribe):
        with transaction.atomic():
            Event.objects.bulk_create(
                Event(kind="guild.policy_published", object_kind="guild", object_id=uuid7(), occurred_at=NOW)
                for _ in range(BATCH + 7)
            )
        backfill_consumer(NAME, now=NOW)
        assert deliver_until_empty(NAME, now=NOW) == BATCH + 7
    assert scribe.batches == [BATCH, 7]
    assert len(seen()) == BATCH + 7


def test_a_handler_may_record_events_of_its_own(db: None) -> None:
    def echo(events: Sequence[Event]) -> None:
        for event in events:
            note(event)
            if event.kind == "guild.policy_published":
                happen(kind="membership.left", subject=uuid7())

    with consumer(NAME, echo):
        happen()
        assert deliver_events(NAME, now=NOW) == 1
        assert deliver_events(NAME, now=NOW) == 1
        assert deliver_events(NAME, now=NOW) == 0
    assert len(seen()) == 2


def test_backfilling_twice_delivers_once(scribe: Scribe) -> None:
    events = [happen() for _ in range(3)]
    other = happen(kind="membership.left", subject=uuid7())
    with consumer(NAME, scribe, {"guild.policy_published"}):
        assert backfill_consumer(NAME, now=NOW) == 3
        assert backfill_consumer(NAME, now=NOW) == 0
        deliver_events(NAME, now=NOW)
    assert sorted(seen()) == sorted(event.pk for event in events)
    assert other.pk not in seen()


def test_backfilling_nobody_says_who_there_is() -> None:
    with pytest.raises(CommandError, match=r"'core.nobody'.* There are: .*core.public_log"):
        call_command("backfill_consumer", "core.nobody")


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_backlog_and_neither_waits_nor_repeats() -> None:
    """One holds the rows it took; the other walks past them (SKIP LOCKED) while the first is still at work."""
    first_has_rows, second_is_done = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def slow(events: Sequence[Event]) -> None:
        for event in events:
            note(event)
        if threading.current_thread().name == "first":
            first_has_rows.set()
            assert second_is_done.wait(20), "the second worker waited for the first"

    def first() -> None:
        try:
            deliver_events(NAME, now=NOW, limit=3)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    with consumer(NAME, slow):
        events = [happen() for _ in range(5)]
        worker = threading.Thread(target=first, name="first")
        worker.start()
        assert first_has_rows.wait(20)
        assert deliver_events(NAME, now=NOW) == 2
        assert deliver_events(NAME, now=NOW) == 0
        second_is_done.set()
        worker.join(20)
        assert failures == []
        assert waiting(NAME) == []
    assert sorted(seen()) == sorted(event.pk for event in events)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_before_its_commit_loses_nothing_and_repeats_nothing(scribe: Scribe) -> None:
    class PowerCut(BaseException):
        pass

    def dies(events: Sequence[Event]) -> None:
        scribe(events)
        raise PowerCut

    with consumer(NAME, dies):
        event = happen()
        with pytest.raises(PowerCut):
            deliver_events(NAME, now=NOW)
        assert [row.attempts for row in waiting(NAME)] == [0]
    with consumer(NAME, scribe):
        deliver_events(NAME, now=NOW)
    assert seen() == [event.pk]
