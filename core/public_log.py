"""The public log: one sequencer gives every event its place, hashes it with salt and publishes a root per batch.

What is hashed. A leaf is SHA-256(0x00 || salt || document): `salt` is 16 random bytes, `document` is this JSON object
in the canonical form of RFC 8785 (UTF-8, no spaces, members sorted):

    actor        UUID of the Subject who did it, or null when the system did
    data         the event's data as stored; the shape of each kind is in core/event_kinds.py
    guild        UUID, or null
    id           UUID of the event
    kind         noun.verb_past
    object       {"id": UUID, "kind": word}
    occurred_at  UTC with six decimals, for example "2026-11-22T17:05:00.000000Z"

UUIDs are written small, with hyphens. `recorded_at` is left out: it is the database's affair. Nodes and roots follow
RFC 9162, section 2.1. Without its salt a leaf can't be tied to a document that somebody guesses, so erasing a person
deletes the salts of the events that name them, and no leaf or root changes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from core import registries
from core.event_kinds import PERSON_FIELDS, people_in
from core.log_documents import event_document
from core.merkle import Frontier, leaf_hash
from core.models import Event, LogEntry, LogRoot, LogSalt

CONSUMER = "core.public_log"
SALT_BYTES = 16


def append_events(events: Sequence[Event], *, now: datetime) -> int:
    """Append the events that have no place yet, in the order of their ids, and publish a root.

    Returns how many were appended. Sequencers wait for each other until commit, which makes `seq` gapless.
    """
    with transaction.atomic():
        _wait_for_turn()
        placed = set(LogEntry.objects.filter(event__in=events).values_list("event_id", flat=True))
        fresh = sorted({e.pk: e for e in events if e.pk not in placed}.values(), key=lambda event: event.pk)
        if not fresh:
            return 0
        last = LogRoot.objects.order_by("-size").first()
        frontier = Frontier.from_hex(last.size, last.frontier) if last else Frontier()
        salts = {event.pk: os.urandom(SALT_BYTES) for event in fresh}
        leaves = [leaf_hash(salts[event.pk] + document_of(event)) for event in fresh]
        LogEntry.objects.bulk_create(
            LogEntry(seq=seq, event=event, leaf_hash=leaf)
            for seq, (event, leaf) in enumerate(zip(fresh, leaves, strict=True), start=frontier.size)
        )
        kept = _without_forgotten(fresh)
        LogSalt.objects.bulk_create(LogSalt(event=event, salt=salts[event.pk]) for event in kept)
        grown = frontier.grown(leaves)
        LogRoot.objects.create(size=grown.size, root_hash=grown.root(), frontier=grown.as_hex(), published_at=now)
        return len(fresh)


def forget_salts(subject_ids: Sequence[UUID]) -> int:
    """Delete the salts of every event that names one of these people; returns how many there were.

    Waits for the sequencer and keeps it waiting until commit: by then it sees that these people are erased, so no
    event of theirs that is still on its way leaves a salt behind.
    """
    _wait_for_turn()
    deleted, _by_model = LogSalt.objects.filter(event__in=Event.objects.filter(names_one_of(subject_ids))).delete()
    return deleted


def names_one_of(subject_ids: Sequence[UUID]) -> Q:
    """The condition for events that name one of these people, as `core.event_kinds.people_in` has it."""
    named = Q(actor__in=subject_ids) | Q(object_kind="subject", object_id__in=subject_ids)
    for field in PERSON_FIELDS:
        named |= Q(**{f"data__{field}__in": [str(subject_id) for subject_id in subject_ids]})
    return named


def sequence_events(events: Sequence[Event]) -> None:
    """The consumer: everything that happens goes into the log."""
    append_events(events, now=timezone.now())


def document_of(event: Event) -> bytes:
    """`event_document` of a row."""
    return event_document(
        event_id=event.pk,
        kind=event.kind,
        actor=event.actor,
        guild=event.guild,
        object_kind=event.object_kind,
        object_id=event.object_id,
        data=event.data,
        occurred_at=event.occurred_at,
    )


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [CONSUMER])


def _without_forgotten(events: Sequence[Event]) -> list[Event]:
    people = {event.pk: _people_of(event) for event in events}
    forgotten = registries.forgotten_subjects({subject for named in people.values() for subject in named})
    return [event for event in events if not people[event.pk] & forgotten]


def _people_of(event: Event) -> set[UUID]:
    return people_in(actor=event.actor, object_kind=event.object_kind, object_id=event.object_id, data=event.data)
