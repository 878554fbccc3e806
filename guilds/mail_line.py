"""One connection to the mail server for many mails, and what is known of each: left, refused, later, or nobody knows."""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress
from enum import Enum, auto
from types import TracebackType
from typing import Any

from django.core.mail import EmailMessage, get_connection

logger = logging.getLogger(__name__)


class NoMailServer(Exception):
    """The mail server was not reached, or takes nothing from us now: nothing was sent."""


class Outcome(Enum):
    """How one attempt ended."""

    SENT = auto()
    REFUSED = auto()  # for good
    LATER = auto()  # the server asked for another try
    UNKNOWN = auto()  # the answer was lost: it may have left


class MailLine:
    """`with MailLine() as line: line.send(message)`."""

    def __init__(self) -> None:
        self.connection: Any = get_connection()

    def __enter__(self) -> MailLine:
        """Reach the server. Raises NoMailServer."""
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.connection.close()

    def check(self) -> None:
        """Before a mail: a server that ended the connection meanwhile is asked anew, so that no mail is in doubt for it."""
        smtp = getattr(self.connection, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            return
        try:
            is_there = smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            is_there = False
        if not is_there:
            with suppress(OSError, smtplib.SMTPException):
                self.connection.close()
            self._open()

    def send(self, message: EmailMessage) -> Outcome:
        """One attempt. Raises NoMailServer when the server takes nothing from us at all."""
        try:
            count = self.connection.send_messages([message])
        except smtplib.SMTPSenderRefused as error:
            raise NoMailServer(f"it takes no mail from us: {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            return _outcome_of(code for code, _words in error.recipients.values())
        except smtplib.SMTPResponseException as error:
            return _outcome_of([error.smtp_code])
        except (OSError, smtplib.SMTPException) as error:
            logger.error("The mail server's answer was lost (%s).", type(error).__name__)
            return Outcome.UNKNOWN
        return Outcome.SENT if count else Outcome.REFUSED

    def _open(self) -> None:
        try:
            self.connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise NoMailServer(f"it was not reached: {type(error).__name__}") from error


def _outcome_of(codes: Any) -> Outcome:
    found = list(codes)
    if 421 in found:
        raise NoMailServer("it is going away: 421")
    return Outcome.LATER if any(400 <= code < 500 for code in found) else Outcome.REFUSED
