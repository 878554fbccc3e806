"""Sending planned mails: one attempt at a time, begun in the database before the mail server hears of it.

A row that says "sending" is committed first and the end is written afterwards, so a worker killed in between leaves a row that
says exactly what is known: an attempt was begun. It is counted as unknown and is never made again by itself. While the mail
server can't be reached no attempt is begun at all.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from core.couriers import AnswerLost, Courier, NotSent
from notices.models import Mail, MailChoices
from notices.rules import MOST_ATTEMPTS, next_try
from notices.writing import Envelope, envelopes

logger = logging.getLogger(__name__)

State, Why = Mail.State, Mail.Why
#: One line to the mail server carries so many; what they say is read for all of them at once.
BATCH = 50
#: One run ends after so long, so that a worker has time for other jobs in between; the schedule starts the next.
RUN_SECONDS = 4.0
#: An attempt without an end after so long was killed: longer than the job may take (`notices.jobs`).
ATTEMPT_ENDS = timedelta(minutes=4)
#: Mails older than this are forgotten.
REMEMBERED = timedelta(days=400)


@dataclass
class Run:
    """What one run did. `is_reached` False: the mail server is down, and nothing was begun."""

    sent: int = 0
    is_reached: bool = True


def send_mails(*, now: datetime, seconds: float = RUN_SECONDS) -> Run:
    """Send what is due for some seconds, urgent mails first. Safe to run twice and at once."""
    _give_up_on_killed(now)
    run, ends = Run(), time.monotonic() + seconds
    while run.is_reached and time.monotonic() < ends:
        batch = list(_due(now).select_related("subject__user", "subject__profile", "subject__mail_choices")[:BATCH])
        if not batch:
            break
        written = _without_the_needless(envelopes(batch, now=now), now)
        try:
            if written:
                _send_batch(written, run, now, ends)
        except NotSent as error:
            logger.warning("No mail was begun: the mail server was %s.", error)
            run.is_reached = False
    return run


def forget_old_mails(*, now: datetime) -> int:
    """Delete rows so old that nobody asks; returns how many."""
    count, _by_model = Mail.objects.filter(ended_at__lt=now - REMEMBERED).delete()
    return count


def _due(now: datetime) -> QuerySet[Mail]:
    due = Mail.objects.filter(state=State.PLANNED, due_at__lte=now)
    return due.order_by(F("period").asc(nulls_first=True), "due_at", "pk")


def _without_the_needless(found: list[Envelope], now: datetime) -> list[Envelope]:
    """Write down who needs no mail, and why, in one statement for each reason."""
    needless: dict[str, list[UUID]] = {}
    for envelope in found:
        if envelope.message is None:
            needless.setdefault(envelope.why, []).append(envelope.mail_id)
    for why, ids in needless.items():
        Mail.objects.filter(pk__in=ids, state=State.PLANNED).update(state=State.SKIPPED, why=why, ended_at=now)
    return [envelope for envelope in found if envelope.message is not None]


def _send_batch(written: list[Envelope], run: Run, now: datetime, ends: float) -> None:
    """One line to the mail server; NotSent when there is none. A line that broke ends the batch."""
    with Courier() as courier:
        for envelope in written:
            if time.monotonic() >= ends:
                return
            attempt = _begin(envelope, now)
            if attempt and not _attempt(courier, envelope, attempt, run, now):
                return


def _begin(envelope: Envelope, now: datetime) -> int:
    """Commit that an attempt begins; 0 when another worker has it, or its reader wants none since a moment ago."""
    mine = Mail.objects.filter(pk=envelope.mail_id, state=State.PLANNED, attempts=envelope.attempts)
    if envelope.is_digest:
        wants_none = MailChoices.objects.filter(subject_id=envelope.subject_id, wants_digest=False)
        mine = mine.exclude(Q(subject_id__in=wants_none.values("subject_id")))
    return envelope.attempts + 1 if mine.update(state=State.SENDING, attempts=F("attempts") + 1, tried_at=now) else 0


def _attempt(courier: Courier, envelope: Envelope, attempt: int, run: Run, now: datetime) -> bool:
    """Make an attempt that was begun and write down its end; returns whether the line still holds."""
    assert envelope.message is not None
    try:
        name = courier.send(envelope.message)
    except NotSent as error:
        logger.warning("Mail %s was not sent: %s", envelope.mail_id, error)
        _put_off(envelope, attempt, error, now)
        run.is_reached = not error.is_server
        return False
    except AnswerLost as error:
        logger.error("Mail %s: the mail server's answer was lost (%s).", envelope.mail_id, error)
        _end(envelope, attempt, state=State.UNKNOWN, why=Why.ANSWER_LOST, error=str(error)[:100], ended_at=now)
        return False
    _end(envelope, attempt, state=State.SENT, message_id=name, ended_at=now)
    run.sent += 1
    return True


def _put_off(envelope: Envelope, attempt: int, error: NotSent, now: datetime) -> None:
    words = str(error)[:100]
    if error.is_final:
        _end(envelope, attempt, state=State.FAILED, why=Why.REFUSED, error=words, ended_at=now)
    elif attempt >= MOST_ATTEMPTS:
        _end(envelope, attempt, state=State.FAILED, why=Why.GIVEN_UP, error=words, ended_at=now)
    else:
        _end(envelope, attempt, state=State.PLANNED, due_at=next_try(now, attempt), error=words)


def _end(envelope: Envelope, attempt: int, **values: object) -> None:
    """Write down how an attempt ended, unless it was given up on meanwhile."""
    still_ours = Mail.objects.filter(pk=envelope.mail_id, state=State.SENDING, attempts=attempt)
    if not still_ours.update(**values):
        logger.error("Mail %s ended (%s) after it was given up on.", envelope.mail_id, values["state"])


def _give_up_on_killed(now: datetime) -> None:
    killed = Mail.objects.filter(state=State.SENDING, tried_at__lt=now - ATTEMPT_ENDS)
    if count := killed.update(state=State.UNKNOWN, why=Why.KILLED, ended_at=now):
        logger.error("%d mail(s) may or may not have been sent: their process ended in the middle.", count)
