"""verify_log says so when the log holds, and names the row when it does not."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from core.deliveries import deliver_events
from core.ids import uuid7
from core.models import Event, LogEntry, LogSalt
from core.public_log import CONSUMER, append_events, forget_salts
from tests.core.happenings import NOW, behind_the_guards, happen


def verify() -> str:
    """What verify_log prints, whether it is satisfied or not."""
    out = io.StringIO()
    try:
        call_command("verify_log", stdout=out, no_color=True)
    except CommandError as error:
        assert error.returncode == 1
        return f"{out.getvalue()}{error}"
    return out.getvalue()


@pytest.fixture
def log(transactional_db: None) -> Iterator[list[LogEntry]]:
    """Twelve entries in four batches, which hold."""
    for _ in range(4):
        for _ in range(3):
            happen(kind="grant.given", subject=uuid7(), right="reviewer")
        deliver_events(CONSUMER, now=NOW)
    assert "The log holds" in verify()
    yield list(LogEntry.objects.select_related("event").order_by("seq"))


def test_an_empty_log_holds(db: None) -> None:
    assert "0 entries under 0 roots." in verify()
    assert "The log holds" in verify()


def test_an_event_on_its_way_is_no_finding(log: list[LogEntry]) -> None:
    happen()
    assert "The log holds" in verify()


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'grant.revoked'",
        "actor = NULL",
        "guild = gen_random_uuid()",
        "object_id = gen_random_uuid()",
        "object_kind = 'task'",
        'data = data || \'{"right": "steward"}\'',
        "occurred_at = occurred_at + interval '1 microsecond'",
    ],
)
def test_a_changed_event_is_named(log: list[LogEntry], change: str) -> None:
    with behind_the_guards() as cursor:
        cursor.execute(f"UPDATE core_event SET {change} WHERE id = %s", [str(log[7].event_id)])
    said = verify()
    assert f"core_logentry 7: its leaf is not the hash of event {log[7].event_id} and its salt" in said
    assert said.endswith("1 finding(s). The log does not hold.")


def test_a_changed_salt_is_named(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("UPDATE core_logsalt SET salt = 'sixteen bytes...' WHERE event_id = %s", [str(log[2].event_id)])
    assert "core_logentry 2: its leaf is not the hash" in verify()


def test_an_event_changed_together_with_its_leaf_breaks_the_roots(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("UPDATE core_logentry SET leaf_hash = sha256('x') WHERE seq = 4")
        cursor.execute("DELETE FROM core_logsalt WHERE event_id = %s", [str(log[4].event_id)])
    said = verify()
    assert "core_logroot 6: it is not the root of the first 6 leaves" in said
    assert "core_logroot 3:" not in said


def test_a_missing_entry_is_named_by_its_place_and_its_event(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("DELETE FROM core_logentry WHERE seq = 5")
    said = verify()
    assert "core_logentry 6: 5 should come here" in said
    assert f"core_event {log[5].event_id} (grant.given," in said


def test_a_cut_off_end_is_found_by_its_root_and_its_events(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("DELETE FROM core_logentry WHERE seq > 9")
    said = verify()
    assert "core_logentry 9: no root covers it" in said
    assert "core_logroot 12: the log has no entry 11 that it could end with" in said
    assert f"core_event {log[11].event_id}" in said


def test_an_end_cut_off_without_a_trace_but_the_events_is_found(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("DELETE FROM core_logentry WHERE seq > 8; DELETE FROM core_logroot WHERE size > 9")
    said = verify()
    assert said.endswith("3 finding(s). The log does not hold.")
    assert f"core_event {log[9].event_id} (grant.given," in said


def test_a_deleted_event_is_named(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("DELETE FROM core_logsalt WHERE event_id = %s", [str(log[3].event_id)])
        cursor.execute("DELETE FROM core_event WHERE id = %s", [str(log[3].event_id)])
    assert f"core_logentry 3: its event {log[3].event_id} is gone" in verify()


def test_a_changed_root_is_named_and_no_other(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("UPDATE core_logroot SET root_hash = sha256('x') WHERE size = 6")
    said = verify()
    assert "core_logroot 6: it is not the root of the first 6 leaves" in said
    assert said.endswith("1 finding(s). The log does not hold.")


def test_a_changed_frontier_is_named(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("UPDATE core_logroot SET frontier = frontier - 0 WHERE size = 3")
    assert "core_logroot 3: its frontier is not that of its leaves" in verify()


def test_a_new_root_over_a_swapped_pair_does_not_pass(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute(
            "UPDATE core_logentry l SET leaf_hash = o.leaf_hash FROM core_logentry o"
            " WHERE (l.seq, o.seq) IN ((0, 1), (1, 0))"
        )
    said = verify()
    assert "core_logentry 0: its leaf" in said
    assert "core_logentry 1: its leaf" in said
    assert "core_logroot 3:" in said


def test_an_event_that_slipped_past_the_log_is_named(log: list[LogEntry]) -> None:
    event = Event.objects.create(kind="guild.opened", object_kind="guild", object_id=uuid7(), occurred_at=NOW)
    assert f"core_event {event.pk} (guild.opened," in verify()


@pytest.mark.parametrize(
    ("table", "trigger"), [("core_event", "event_append_only"), ("core_logsalt", "log_salt_stands")]
)
def test_a_disabled_guard_is_named(log: list[LogEntry], table: str, trigger: str) -> None:
    with behind_the_guards() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        try:
            assert f"trigger {trigger} on {table} is missing or disabled" in verify()
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
    assert "The log holds" in verify()


def test_a_right_that_the_app_should_not_have_is_named(log: list[LogEntry]) -> None:
    with behind_the_guards() as cursor:
        cursor.execute("GRANT DELETE ON core_logroot TO guildhub_app")
        try:
            assert "login guildhub_app may DELETE core_logroot" in verify()
        finally:
            cursor.execute("REVOKE DELETE ON core_logroot FROM guildhub_app")


def test_a_thousand_wrong_roots_are_counted_and_five_named(transactional_db: None) -> None:
    for _ in range(9):
        append_events([happen()], now=NOW)
    with behind_the_guards() as cursor:
        cursor.execute("UPDATE core_logentry SET leaf_hash = sha256('x') WHERE seq = 0")
    said = verify()
    assert said.count("it is not the root of") == 5
    assert "core_logroot: 4 more roots" in said


def test_a_forgotten_person_leaves_a_log_that_holds_and_is_counted(log: list[LogEntry]) -> None:
    person = log[6].event.actor
    assert person is not None
    assert forget_salts([person]) == 1
    assert LogSalt.objects.count() == 11
    said = verify()
    assert "12 entries under 4 roots." in said
    assert "1 of them lost their salt" in said
    assert "The log holds" in said
