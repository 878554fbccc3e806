"""Signing the log: when, by whom, only what continues what was signed, and nothing half when it is interrupted."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from core import checkpoints
from core.checkpoints import SIGNED_EVERY, SigningRefused, publish_checkpoint, rotate_key, sign_when_due
from core.deliveries import deliver_until_empty
from core.log_integrity import walk_log
from core.log_keys import KeyRing, KeyTrouble
from core.log_walk import LogCounts
from core.models import Event, LogCheckpoint, LogEntry, LogKey, LogNode, LogRoot, LogSigner
from core.public_log import CONSUMER
from core.signed_notes import Checkpoint, PrivateKey, read_note
from tests.core.happenings import NOW, behind_the_guards, happen

HOUR = timedelta(hours=1)


def grow(count: int = 3) -> None:
    """So many new entries, and whatever else waits for its place."""
    for _ in range(count):
        happen()
    deliver_until_empty(CONSUMER, now=NOW + timedelta(days=999))


def findings() -> list[str]:
    return list(walk_log(LogCounts()))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(file=tmp_path / "log.key")


@pytest.fixture
def any_db(db: None) -> None:
    """A database that is put back by rolling back."""


def signed(ring: KeyRing, hours: float = 0, at_once: bool = False) -> LogCheckpoint | None:
    return publish_checkpoint(now=NOW + hours * HOUR, ring=ring, at_once=at_once)


def test_the_first_checkpoint_makes_a_key_that_only_this_user_reads(any_db: None, ring: KeyRing) -> None:
    grow()
    made = signed(ring)
    assert made is not None and made.size == 3
    key = LogKey.objects.get()
    assert (key.number, key.reason, key.name) == (1, "first", "guild.test/log-proof")
    assert ring.file is not None and stat.S_IMODE(ring.file.stat().st_mode) == 0o600
    note = read_note(made.note)
    assert Checkpoint.read(note.text) == Checkpoint("guild.test/log-proof", 3, bytes(made.root.root_hash))
    assert note.signed_by(key.verifier)
    assert note.time_signed_by(key.verifier) == made.signed_at == NOW.replace(microsecond=0)
    assert Event.objects.filter(kind="log_key.published", object_id=key.pk).count() == 1
    assert ring.private(key.verifier) is not None
    assert findings() == []


def test_the_private_key_is_nowhere_in_the_database(any_db: None, ring: KeyRing) -> None:
    grow()
    signed(ring)
    assert ring.file is not None
    secret = ring.keys()[0]
    with connection.cursor() as cursor:
        for table in ("core_logkey", "core_logcheckpoint", "core_logsigner", "core_event"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            held = str(cursor.fetchone())
            assert secret.seed.hex() not in held and secret.secret_text() not in held


def test_nothing_is_signed_of_an_empty_log_or_one_that_has_not_grown(any_db: None, ring: KeyRing) -> None:
    assert signed(ring) is None
    deliver_until_empty(CONSUMER, now=NOW + timedelta(days=999))  # the key's own event
    assert signed(ring, 1) is not None
    assert signed(ring, 5) is None
    assert signed(ring, 5, at_once=True) is None


def test_a_log_that_grows_is_signed_once_an_hour_or_when_somebody_asks(any_db: None, ring: KeyRing) -> None:
    grow()
    signed(ring)
    grow()
    assert signed(ring, 0.9) is None
    assert signed(ring, 0.9, at_once=True) is not None
    grow()
    made = signed(ring, 1.9)
    assert made is not None and made.signed_at - NOW.replace(microsecond=0) == 1.9 * SIGNED_EVERY
    assert findings() == []


def test_a_clock_that_was_put_back_never_signs_an_earlier_time(any_db: None, ring: KeyRing) -> None:
    grow()
    first = signed(ring)
    grow()
    second = signed(ring, -48, at_once=True)
    assert first is not None and second is not None
    assert second.signed_at == first.signed_at
    assert findings() == []


def test_the_old_key_signs_the_new_ones_statement_and_goes(any_db: None, ring: KeyRing) -> None:
    grow()
    old_note = signed(ring)
    old = LogKey.objects.get()
    new = rotate_key(reason="planned", now=NOW + HOUR, ring=ring)
    statement = read_note(new.statement)
    assert statement.signed_by(old.verifier) and statement.signed_by(new.verifier)
    assert f"key {new.verifier}\nfrom 2026-" in statement.text
    assert f"after {old.verifier}\n" in statement.text
    assert ring.private(old.verifier) is None and ring.private(new.verifier) is not None
    grow(0)
    made = signed(ring, 1.1)  # a new key doesn't wait for the hour
    assert made is not None and old_note is not None
    assert (made.key, made.size) == (new, 5)
    assert read_note(made.note).signed_by(new.verifier) and read_note(old_note.note).signed_by(old.verifier)
    assert findings() == []


def test_a_key_from_the_environment_is_rotated_in_two_steps(any_db: None) -> None:
    old, new = PrivateKey.make("guild.test/log-proof"), PrivateKey.make("guild.test/log-proof")
    grow()
    assert signed(KeyRing(old.secret_text())) is not None
    with pytest.raises(KeyTrouble, match="Set LOG_SIGNING_KEY to this one.*PRIVATE"):
        rotate_key(reason="planned", now=NOW, ring=KeyRing(old.secret_text()))
    key = rotate_key(reason="planned", now=NOW, ring=KeyRing(f"{new.secret_text()},{old.secret_text()}"))
    assert key.verifier == new.public
    grow()
    assert signed(KeyRing(new.secret_text()), 2) is not None
    assert findings() == []


def test_a_lost_key_needs_to_be_said_and_its_checkpoints_still_hold(
    any_db: None, ring: KeyRing, tmp_path: Path
) -> None:
    grow()
    signed(ring)
    bare = KeyRing(file=tmp_path / "other.key")
    grow()
    with pytest.raises(KeyTrouble, match="The private half of key 1 .* rotate_log_key --reason lost"):
        signed(bare, 2)
    assert not (tmp_path / "other.key").exists()
    with pytest.raises(KeyTrouble, match="The private half"):
        rotate_key(reason="planned", now=NOW, ring=bare)
    key = rotate_key(reason="lost", now=NOW + HOUR, ring=bare)
    assert not read_note(key.statement).signed_by(LogKey.objects.get(number=1).verifier)
    assert signed(bare, 2) is not None
    assert findings() == []


def test_a_rotation_that_was_cut_off_is_finished_by_the_next(
    any_db: None, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow()
    signed(ring)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "record_event", lambda *a, **k: (_ for _ in ()).throw(RuntimeError("cut off")))
        with pytest.raises(RuntimeError):
            rotate_key(reason="planned", now=NOW, ring=ring)
    assert LogKey.objects.count() == 1 and len(ring.keys()) == 2
    grow()
    assert signed(ring, 2) is not None  # the old key still signs
    rotate_key(reason="planned", now=NOW + 3 * HOUR, ring=ring)
    assert LogKey.objects.count() == 2 and len(ring.keys()) == 1
    assert findings() == []


def test_a_key_file_that_others_may_read_signs_nothing(any_db: None, ring: KeyRing) -> None:
    grow()
    signed(ring)
    assert ring.file is not None
    ring.file.chmod(0o640)
    grow()
    with pytest.raises(KeyTrouble, match="may be read by others.*chmod 600"):
        signed(ring, 2)


def test_what_is_in_the_way_is_kept_for_ops_and_gone_when_mended(any_db: None, ring: KeyRing) -> None:
    grow()
    assert sign_when_due(now=NOW, ring=KeyRing()) is None
    assert "no key to sign the public log" in LogSigner.objects.get().error
    assert sign_when_due(now=NOW, ring=ring) is not None
    assert LogSigner.objects.get().error == ""


def test_a_rewritten_past_is_not_signed(transactional_db: None, ring: KeyRing) -> None:
    grow()
    signed(ring)
    grow()
    with behind_the_guards() as cursor:
        cursor.execute("UPDATE core_logentry SET leaf_hash = sha256('x') WHERE seq = 1")
    assert sign_when_due(now=NOW + 2 * HOUR, ring=ring) is None
    assert "Root 7 is not that of its leaves" in LogSigner.objects.get().error
    with behind_the_guards() as cursor:  # somebody who mends the roots, too
        rewrite_from(cursor)
    assert sign_when_due(now=NOW + 2 * HOUR, ring=ring) is None
    assert "history was rewritten" in LogSigner.objects.get().error
    assert LogCheckpoint.objects.count() == 1


def test_a_restored_backup_is_not_signed_until_a_new_key_says_so(transactional_db: None, ring: KeyRing) -> None:
    grow(2)
    signed(ring)
    grow(4)
    last = signed(ring, 2)
    assert last is not None and last.size == 7
    with behind_the_guards() as cursor:  # as the nightly backup of the evening before would have it
        cursor.execute("DELETE FROM core_logcheckpoint WHERE size > 2; DELETE FROM core_logroot WHERE size > 2")
        cursor.execute("DELETE FROM core_logentry WHERE seq > 1")
        cursor.execute(
            "DELETE FROM core_logsalt s WHERE NOT EXISTS (SELECT FROM core_logentry l WHERE l.event_id = s.event_id)"
        )
        cursor.execute(
            "DELETE FROM core_event e WHERE NOT EXISTS (SELECT FROM core_logentry l WHERE l.event_id = e.id)"
        )
    grow(1)
    with pytest.raises(SigningRefused, match="speaks of 7: a backup was restored"):
        signed(ring, 4)
    grow(6)
    with pytest.raises(SigningRefused, match="first 7 entries are not those of the last one signed here"):
        signed(ring, 4)
    rotate_key(reason="restored", now=NOW + 5 * HOUR, ring=ring)
    assert signed(ring, 6) is not None
    assert findings() == []


def rewrite_from(cursor: object) -> None:
    """Give the log new roots over the leaves as they are now, as somebody with the superuser's key would."""
    from core.merkle import Frontier

    leaves = [bytes(entry.leaf_hash) for entry in LogEntry.objects.order_by("seq")]
    for root in LogRoot.objects.all():
        frontier = Frontier().grown(leaves[: root.size])
        cursor.execute(  # type: ignore[attr-defined]
            "UPDATE core_logroot SET root_hash = %s, frontier = to_jsonb(%s) WHERE size = %s",
            [frontier.root(), frontier.as_hex(), root.size],
        )


@pytest.mark.django_db(transaction=True)
def test_two_signers_at_once_make_one_checkpoint_and_one_key(ring: KeyRing) -> None:
    grow(70)

    def sign(_n: int) -> bool:
        try:
            return signed(ring) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(sign, range(4))) == 1
    assert LogCheckpoint.objects.count() == LogKey.objects.count() == LogNode.objects.count() == 1
    assert len(ring.keys()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_signer_killed_after_signing_leaves_nothing_and_the_next_one_signs(ring: KeyRing) -> None:
    grow(70)
    program = f"""
import os, signal, django
django.setup()
from django.utils import timezone
from core import checkpoints
from core.log_keys import KeyRing
from pathlib import Path
real = checkpoints.LogCheckpoint.objects.create
def create(**values):
    real(**values)
    os.kill(os.getpid(), signal.SIGKILL)
checkpoints.LogCheckpoint.objects.create = create
checkpoints.publish_checkpoint(now=timezone.now(), ring=KeyRing(file=Path({str(ring.file)!r})))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not LogCheckpoint.objects.exists() and not LogKey.objects.exists() and not LogNode.objects.exists()
    assert len(ring.keys()) == 1  # the key it made is taken up
    assert signed(ring) is not None
    assert len(ring.keys()) == 1
    assert findings() == []


def test_the_database_takes_no_checkpoint_that_does_not_follow(any_db: None, ring: KeyRing) -> None:
    grow()
    signed(ring)
    grow()
    made = signed(ring, 2)
    assert made is not None
    smaller = LogRoot.objects.create(size=2, root_hash=bytes(32), frontier=[], published_at=NOW)
    larger = LogRoot.objects.create(size=900, root_hash=bytes(32), frontier=[], published_at=NOW)
    key = LogKey.objects.get()

    def refused(words: str, act: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError, match=words), transaction.atomic():
            act()

    def checkpoint(root: LogRoot, note: str) -> None:
        LogCheckpoint.objects.create(root=root, key=key, signed_at=NOW, note=note)

    refused("not larger than the one before", lambda: checkpoint(smaller, made.note))
    refused("does not say the root of the first 900", lambda: checkpoint(larger, made.note))
    line = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    refused("log_checkpoint_has_signature", lambda: checkpoint(larger, f"guild.test/log-proof\n900\n{line}\n"))
    for number in (1, 3):
        refused(
            "does not follow the one before",
            lambda number=number: LogKey.objects.create(  # type: ignore[misc]
                number=number, name=key.name, public_key=bytes(32), valid_from=NOW, reason="lost", statement="x"
            ),
        )
    refused("log_node_is_no_leaf", lambda: LogNode.objects.create(number=62, hash=bytes(32)))
    refused("log_signer_is_one", lambda: LogSigner.objects.create(only=False, tried_at=NOW))
    for sql in (
        "UPDATE core_logcheckpoint SET note = note",
        "DELETE FROM core_logkey",
        "UPDATE core_lognode SET hash = hash",
    ):
        refused("permission denied", lambda sql=sql: run(sql))  # type: ignore[misc]


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
