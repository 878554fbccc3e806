"""Sending the Monday mails: a row per steward and week first, then one attempt at a time, each with a known end.

A mail is sent outside the database, so it can't be undone and can't be asked about. What is known to have failed is
tried again. What may have arrived (the mail server's answer was lost, or this process was killed meanwhile) is not: it
is counted as unknown, and a person decides.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import QuerySet

from guildhub.models import MondayMail
from guildhub.monday import rules
from guildhub.monday.digest import Recipient, compose, stewards

logger = logging.getLogger(__name__)

State = MondayMail.State
FIRST_DELAY = timedelta(minutes=5)
MOST_ATTEMPTS = 12
#: An attempt that has no end after so long was killed.
ATTEMPT_ENDS = timedelta(minutes=30)


class NotSent(Exception):
    """The mail server said no, or was not reached: nothing was sent."""


def send_due_mails(*, now: datetime) -> int:
    """Send what is due; returns how many were sent. Safe to run twice and at once."""
    _give_up_on_killed_attempts(now)
    recipients = {recipient.subject_id: recipient for recipient in stewards(now)}
    _plan(list(recipients.values()), now)
    sent = 0
    for mail_id in list(_due(now).values_list("pk", flat=True)):
        mail = _claim(mail_id, now)
        if mail is not None:
            sent += _attempt(mail, recipients.get(mail.subject_id), now)
    return sent


def _plan(recipients: list[Recipient], now: datetime) -> None:
    """A row for everybody whose Monday morning has come and is not over."""
    rows = []
    for recipient in recipients:
        monday = rules.monday_of(now, recipient.zone)
        is_open = rules.has_morning_come(now, monday, recipient.zone)
        if is_open and not rules.is_morning_over(now, monday, recipient.zone):
            rows.append(MondayMail(subject_id=recipient.subject_id, monday=monday, due_at=now))
    MondayMail.objects.bulk_create(rows, ignore_conflicts=True)


def _due(now: datetime) -> QuerySet[MondayMail]:
    return MondayMail.objects.filter(state=State.WAITING, due_at__lte=now).order_by("due_at")


@transaction.atomic
def _claim(mail_id: UUID, now: datetime) -> MondayMail | None:
    """Take one mail; None when another worker has it. Committed before anything is sent."""
    mail = _due(now).filter(pk=mail_id).select_for_update(skip_locked=True).first()
    if mail is None:
        return None
    mail.state, mail.tried_at, mail.attempts = State.SENDING, now, mail.attempts + 1
    mail.save()
    return mail


def _attempt(mail: MondayMail, recipient: Recipient | None, now: datetime) -> int:
    if recipient is None:
        return _end(mail, State.FAILED, error="Not a steward any more.")
    if rules.is_morning_over(now, mail.monday, recipient.zone):
        return _end(mail, State.FAILED, error=mail.error or "Its days were over.")
    try:
        message = compose(
            recipient, now=now, message_id=f"<{mail.pk}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>"
        )
        _send(message)
    except NotSent as error:
        return _put_off(mail, str(error), now)
    except (OSError, smtplib.SMTPException) as error:
        logger.error("Monday mail %s: the mail server's answer was lost (%s).", mail.pk, type(error).__name__)
        return _end(mail, State.UNKNOWN, error=f"The mail server's answer was lost: {type(error).__name__}.")
    except Exception as error:  # a fault in what it says: nothing was sent, and a person must mend it
        logger.exception("Monday mail %s could not be written.", mail.pk)
        return _put_off(mail, f"It could not be written: {type(error).__name__}.", now)
    return _end(mail, State.SENT, at=now)


def _send(message: object) -> None:
    """Hand it over; NotSent for what certainly failed, an OSError or SMTPException for what nobody knows."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"The mail server was not reached: {type(error).__name__}.") from error
    try:
        connection.send_messages([message])  # type: ignore[list-item]
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        raise NotSent(f"The mail server refused it: {type(error).__name__}.") from error
    finally:
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            logger.info("The mail server did not say goodbye.")


def _put_off(mail: MondayMail, error: str, now: datetime) -> int:
    logger.warning("Monday mail %s was not sent: %s", mail.pk, error)
    if mail.attempts >= MOST_ATTEMPTS:
        return _end(mail, State.FAILED, error=error)
    mail.due_at = now + FIRST_DELAY * 2 ** min(mail.attempts - 1, 6)
    return _end(mail, State.WAITING, error=error)


def _end(mail: MondayMail, state: str, *, at: datetime | None = None, error: str = "") -> int:
    """Write down how the attempt ended, unless it was given up on meanwhile; returns 1 for a mail that was sent."""
    still_ours = MondayMail.objects.filter(pk=mail.pk, state=State.SENDING, attempts=mail.attempts)
    still_ours.update(state=state, sent_at=at, error=error[:200], due_at=mail.due_at)
    return int(state == State.SENT)


def _give_up_on_killed_attempts(now: datetime) -> None:
    killed = MondayMail.objects.filter(state=State.SENDING, tried_at__lt=now - ATTEMPT_ENDS)
    count = killed.update(state=State.UNKNOWN, error="The process that sent it ended in the middle.")
    if count:
        logger.error("%d Monday mail(s) may or may not have been sent: their process ended in the middle.", count)
