"""A write sent again under the same key is done once and answered the same (draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import KeptAnswer

#: A phone that was offline for a week may still ask what became of its last write.
KEPT_FOR = timedelta(days=14)


class KeyReused(DomainError):
    """The key was used before for something else: two writes, not one write twice."""

    code = "idempotency_key_reused"


class AnswerForgotten(DomainError):
    """The write was done, but its answer isn't kept any more: it may have told of somebody who was erased since."""

    code = "answer_forgotten"
    status = 409


@dataclass(frozen=True)
class Answer:
    """What the sender gets: a status, the body as it was first written, and whether it was kept from before."""

    status: int
    body: str
    is_replayed: bool = False


@transaction.atomic
def answer_once(
    *, subject: UUID, key: str, payload: bytes, now: datetime, write: Callable[[], tuple[int, str]]
) -> Answer:
    """Do `write` (returning status and body) and keep its answer, or give the answer kept from before.

    Whoever comes with the same key meanwhile waits for this transaction to end. A worker killed in the middle leaves
    neither effect nor answer; an answer lost on its way is there for the next try. A refusal raised by `write` rolls
    everything back and isn't kept, so that a corrected or later try under the same key is a try of its own.
    Raises KeyReused for the same key with another payload, AnswerForgotten when only the fact is left.
    """
    digest = hashlib.sha256(payload).hexdigest()
    with connection.cursor() as cursor:
        # The first lock of every such transaction, before those of docs/locking.md.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"core.idempotency:{subject}:{key}"])
    kept = KeptAnswer.objects.filter(subject=subject, key=key).first()
    if kept is None:
        status, body = write()
        KeptAnswer.objects.create(
            subject=subject, key=key, payload_hash=digest, status=status, body=body, created_at=now
        )
        return Answer(status, body)
    if kept.payload_hash != digest:
        raise KeyReused(
            _(
                "This Idempotency-Key was used for another request. Nothing was changed. Send a new write under a new key."
            )
        )
    if not kept.body:
        raise AnswerForgotten(
            _(
                "This was done when you sent it first. Its answer is not kept any more; read the thing to see it as it is."
            )
        )
    return Answer(kept.status, kept.body, is_replayed=True)


def forget_answers(*, subjects: Iterable[UUID]) -> None:
    """Delete the answers to some people, and empty all others: any of them may tell their names or words.

    The keys of the others stay, so that nothing they wrote is done twice.
    """
    mine = KeptAnswer.objects.filter(subject__in=list(subjects))
    KeptAnswer.objects.exclude(pk__in=mine.values("pk")).exclude(body="").update(body="")
    mine.delete()


def forget_answers_about(*, things: Iterable[UUID]) -> None:
    """Empty every kept answer that names one of some things, because their words were taken back; the keys stay."""
    for thing in things:
        KeptAnswer.objects.filter(body__contains=str(thing)).update(body="")


def forget_old_answers(*, now: datetime) -> int:
    """Delete answers that nobody will ask for again; returns how many."""
    return KeptAnswer.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]
