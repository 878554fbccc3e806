"""Signing the public log: a checkpoint when it has grown, a new key when one is due.

Whoever signs holds the lock `core.checkpoints` until commit, so two signers make one checkpoint. A signature is shown to
nobody before its row is committed, so a signer that is killed leaves nothing behind; the next run does it again. What is
signed is compared with what was signed before, in the database and beside the key: a log whose past changed is not signed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection, transaction

from core.events import record_event
from core.log_keys import KeyRing, KeyTrouble
from core.log_nodes import grow_nodes, root_at
from core.log_walk import VOUCHED, KeyRow, statement_text
from core.models import LogCheckpoint, LogKey, LogRoot, LogSigner
from core.signed_notes import Checkpoint, NoteError, PrivateKey, is_name, read_note, sign_checkpoint, sign_note

logger = logging.getLogger(__name__)

#: A log that grows is signed so often.
SIGNED_EVERY = timedelta(hours=1)
_LOCK = "core.checkpoints"


class SigningRefused(Exception):
    """The log must not be signed as it is; the words are for whoever runs the server."""


def publish_checkpoint(*, now: datetime, ring: KeyRing, at_once: bool = False) -> LogCheckpoint | None:
    """Sign the latest root, if the log has grown since the last checkpoint and an hour has passed; None otherwise.

    `at_once` asks for no hour; nor does a new key. The first call makes or introduces the first key. Raises KeyTrouble and
    SigningRefused.
    """
    with transaction.atomic():
        wait_for_turn()
        key = LogKey.objects.order_by("-number").first() or _introduce(_first_key(ring), None, "first", now)
        private = _private_of(key, ring)
        root = LogRoot.objects.order_by("-size").first()
        last = LogCheckpoint.objects.order_by("-root_id").select_related("root").first()
        if root is None or (last is not None and root.size <= last.size):
            return None
        is_due = last is None or last.key_id != key.pk or now - last.signed_at >= SIGNED_EVERY
        if not (is_due or at_once):
            return None
        grow_nodes(root.size)
        _check_past(root, last, ring)
        at = max(now, key.valid_from, last.signed_at if last else now).replace(microsecond=0)
        note = sign_checkpoint(Checkpoint(key.name, root.size, bytes(root.root_hash)), private, at)
        made = LogCheckpoint.objects.create(root=root, key=key, signed_at=at, note=note)
        ring.remember(note)
        return made


def sign_when_due(*, now: datetime, ring: KeyRing) -> LogCheckpoint | None:
    """`publish_checkpoint` for the schedule: what is in the way is logged and kept for `/ops/`, and raised no further."""
    error, made = "", None
    try:
        made = publish_checkpoint(now=now, ring=ring)
    except (KeyTrouble, SigningRefused) as refusal:
        error = str(refusal)
        logger.error("The public log was not signed: %s", error)
    except Error as fault:  # told before it is raised, so that the job is tried again
        logger.error("The public log was not signed: %s", type(fault).__name__)
        raise
    LogSigner.objects.bulk_create(
        [LogSigner(only=True, tried_at=now, error=error[:2000])],
        update_conflicts=True,
        unique_fields=["only"],
        update_fields=["tried_at", "error"],
    )
    return made


def rotate_key(*, reason: str, now: datetime, ring: KeyRing) -> LogKey:
    """Let a new key sign from now on; the old one signs the new one's statement where that still counts for something.

    The new one is a key at hand that the log has not used yet, or is made. Killed between, it is found by the next call.
    Raises KeyTrouble and SigningRefused.
    """
    with transaction.atomic():
        wait_for_turn()
        known = list(LogKey.objects.order_by("number"))
        if not known:
            raise SigningRefused("There is no key yet. The first checkpoint makes one: manage.py sign_checkpoint")
        last = known[-1]
        old = _private_of(last, ring) if reason in VOUCHED else None
        fresh = ring.unknown(last.name, [key.verifier for key in known]) or ring.make(last.name)
        key = _introduce(fresh, last, reason, max(now, last.valid_from), old)
        if reason == LogKey.Reason.RESTORED:
            ring.forget()
    ring.keep_only(key.verifier)
    return key


def key_row(key: LogKey) -> KeyRow:
    """The row as checks read it."""
    return KeyRow(key.number, key.name, bytes(key.public_key), key.valid_from, key.reason, key.statement)


def _introduce(
    fresh: PrivateKey, last: LogKey | None, reason: str, now: datetime, old: PrivateKey | None = None
) -> LogKey:
    """Write down a key with its statement, and let the log itself tell of it."""
    at = now.replace(microsecond=0) if last is None else max(now.replace(microsecond=0), _last_signed(last))
    public = fresh.public
    row = KeyRow(last.number + 1 if last else 1, public.name, public.raw, at, reason, "")
    text = statement_text(row, key_row(last) if last else None)
    key = LogKey.objects.create(
        number=row.number,
        name=public.name,
        public_key=public.raw,
        valid_from=at,
        reason=reason,
        statement=sign_note(text, [key for key in (old, fresh) if key]),
    )
    record_event(
        "log_key.published",
        now=now,
        actor=None,
        guild=None,
        object_kind="log_key",
        object_id=key.pk,
        data={"number": key.number, "reason": reason},
    )
    return key


def _last_signed(key: LogKey) -> datetime:
    """When the key last signed, or came: the next one begins no earlier."""
    last = key.checkpoints.order_by("-root_id").first()
    return last.signed_at if last else key.valid_from


def _first_key(ring: KeyRing) -> PrivateKey:
    if ring.is_empty:
        raise KeyTrouble(
            "There is no key to sign the public log with. Set LOG_SIGNING_KEY_FILE where the scheduler runs to a file that "
            "outlives it (it is made), or LOG_SIGNING_KEY; docs/public-log.md says how."
        )
    name = settings.LOG_ORIGIN
    if not is_name(name):
        raise KeyTrouble(
            f"LOG_ORIGIN={name} can't be a log's name: one word without a plus, like guild.example.org/log-proof"
        )
    return next(iter(ring.keys()), None) or ring.make(name)


def _private_of(key: LogKey, ring: KeyRing) -> PrivateKey:
    found = ring.private(key.verifier)
    if found is None:
        raise KeyTrouble(
            f"The private half of key {key.number} ({key.short}) is not here, so the log can't be signed. Look whether "
            "LOG_SIGNING_KEY or the file of LOG_SIGNING_KEY_FILE was left behind. If it is lost for good: "
            "manage.py rotate_log_key --reason lost"
        )
    return found


def _check_past(root: LogRoot, last: LogCheckpoint | None, ring: KeyRing) -> None:
    """Raise SigningRefused when the log is not a continuation of everything that was signed."""
    if root_at(root.size) != bytes(root.root_hash):
        raise SigningRefused(
            f"Root {root.size} is not that of its leaves. Nothing is signed until it is known why: manage.py verify_log"
        )
    notes = [("the last checkpoint", last.note if last else ""), ("the last one signed here", ring.remembered())]
    for name, note in notes:
        if not note:
            continue
        try:
            said = Checkpoint.read(read_note(note).text)
        except NoteError as error:
            raise SigningRefused(f"{name.capitalize()} can't be read: {error}.") from error
        if said.size > root.size:
            raise SigningRefused(
                f"The log has {root.size} entries, and {name} speaks of {said.size}: a backup was restored, or its end was cut "
                "off. Nothing is signed. If a backup was restored: manage.py rotate_log_key --reason restored"
            )
        if said.size and root_at(said.size) != said.root:
            raise SigningRefused(
                f"The first {said.size} entries are not those of {name}: history was rewritten, or a backup was restored and "
                "the log has grown anew. Nothing is signed. If a backup was restored: manage.py rotate_log_key --reason restored"
            )


def wait_for_turn() -> None:
    """Hold the lock of the checkpoints until commit: nobody else signs, rotates or makes nodes meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
