"""Handing a mail to a mail server, and knowing afterwards what is known: it was taken, it was refused, or nobody can say.

A mail can't be undone and can't be asked about. Before its content was handed over a broken line means that nothing was
sent; after that, and before the server's answer, it means nothing at all. Whoever sends asks the courier, writes down what
it says, and never sends again what may have arrived.
"""

from __future__ import annotations

import logging
import smtplib
from contextlib import suppress
from types import TracebackType
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

logger = logging.getLogger(__name__)

#: What a server answers before it closes the line on everybody, and when a provider is asked too much.
CLOSES, TOO_MANY = 421, 429


class NotSent(Exception):
    """Certainly not sent. `is_final`: it never will be; `is_server`: other mails would fare the same now."""

    def __init__(self, why: str, *, is_final: bool = False, is_server: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final
        self.is_server = is_server


class AnswerLost(Exception):
    """The content was handed over and no answer came: it may have arrived, or not."""


class _Watched:
    """What an SMTP client knows of itself: whether a mail's content was handed over and not yet answered."""

    is_handing_over = False

    def getreply(self) -> tuple[int, bytes]:
        """354 means: go on, I listen. Whatever breaks between it and the next answer breaks in the open."""
        code, words = super().getreply()  # type: ignore[misc]
        self.is_handing_over = code == 354
        return code, words


class _PlainClient(_Watched, smtplib.SMTP):
    """Without TLS from the beginning; it may begin later."""


class _TlsClient(_Watched, smtplib.SMTP_SSL):
    """With TLS from the beginning."""


class SmtpBackend(EmailBackend):
    """Django's own, with clients that know how far they came."""

    @property
    def connection_class(self) -> Any:
        """The client for this address."""
        return _TlsClient if self.use_ssl else _PlainClient


class Courier:
    """One open line to the mail server that the settings name. `with Courier() as courier: courier.send(message)`."""

    def __init__(self) -> None:
        self._line: Any = get_connection()

    def __enter__(self) -> Courier:
        try:
            self._line.open()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise NotSent(f"not reached: {type(error).__name__}", is_server=True) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, message: EmailMessage) -> str:
        """Hand one mail over; returns the provider's name for it, or ours. Raises NotSent and AnswerLost.

        After either the line may be dead: take a new courier.
        """
        try:
            taken = self._line.send_messages([message])
        except Exception as error:
            raise _verdict(self._line, error) from error
        if taken == 0:
            raise NotSent("no recipient", is_final=True)
        status = getattr(message, "anymail_status", None)
        return str(getattr(status, "message_id", None) or message.extra_headers.get("Message-ID", ""))[:200]

    def _hang_up(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._line.close()


def _verdict(line: Any, error: Exception) -> Exception:
    """What an error says about the mail that was being handed over."""
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return NotSent(f"{name} {codes[0]}", is_final=min(codes) >= 500, is_server=CLOSES in codes)
    if isinstance(error, smtplib.SMTPDataError):
        code = error.smtp_code
        return NotSent(f"{name} {code}", is_final=code >= 500, is_server=code == CLOSES)
    if isinstance(error, smtplib.SMTPResponseException):  # who we are, or that we may send at all
        return NotSent(f"{name} {error.smtp_code}", is_server=True)
    if type(line).__module__.startswith("anymail."):
        return _verdict_of_provider(error)
    if isinstance(error, OSError | smtplib.SMTPException):
        # A line that doesn't know how far it came may have come all the way.
        is_open = getattr(getattr(line, "connection", None), "is_handing_over", True)
        return AnswerLost(name) if is_open else NotSent(name, is_server=True)
    # Nothing of the network: the mail could not be written, for example for an address with a line end in it. A limit of
    # time that ran out in the middle is neither.
    is_open = getattr(getattr(line, "connection", None), "is_handing_over", False)
    return AnswerLost(name) if is_open or "TimeLimit" in name else NotSent(name, is_final=True)


def _verdict_of_provider(error: Exception) -> Exception:
    """The same for a provider that is asked over HTTP (anymail): only an answer, or no line at all, is certain."""
    name, status = type(error).__name__, getattr(error, "status_code", None)
    if name in ("AnymailRecipientsRefused", "AnymailInvalidAddress", "AnymailSerializationError"):
        return NotSent(name, is_final=True)
    if status is None:
        cause = repr(error.__cause__ or error.__context__)
        is_reached = not any(word in cause for word in ("NewConnectionError", "ConnectTimeout", "NameResolution"))
        return AnswerLost(name) if is_reached else NotSent(f"not reached: {name}", is_server=True)
    if 400 <= status < 500:
        is_ours = status in (401, 403, 404, TOO_MANY)
        return NotSent(f"{name} {status}", is_final=not is_ours, is_server=is_ours)
    return AnswerLost(f"{name} {status}")
