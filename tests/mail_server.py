"""A mail server that keeps what it is given, on loopback: it can stop in the middle of a mail, before or after taking it."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd says five lines a mail


class _AnyPort(Controller):
    """Listens on a port that is free, and knows it before it tries it."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """`with MailServer() as server:`; `server.url` is what a worker's EMAIL_URL says, `server.taken` what it took.

    `server.stop_at(n)` lets the n-th mail from the beginning hang: `taken=True` after it was kept and before the answer,
    else before it was kept. `server.is_stopped` is set then; `server.go_on()` lets the next mails through. The hanging one
    gets no answer.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()  # mails by recipient
        self.ids: Counter[str] = Counter()  # mails by Message-ID
        self.offered = 0
        self.is_stopped = threading.Event()
        self._stop: tuple[int, bool] | None = None
        self._may_go_on = threading.Event()
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)

    @property
    def url(self) -> str:
        """As EMAIL_URL says it."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def stop_at(self, number: int, *, taken: bool) -> None:
        """Let that mail hang."""
        self.is_stopped.clear()
        self._may_go_on.clear()
        self._stop = (number, taken)

    def go_on(self) -> None:
        """Whoever killed the other end says so."""
        self._stop = None
        self._may_go_on.set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """One mail with its content."""
        self.offered += 1
        number, is_taken = self._stop or (0, False)
        hangs = self.offered == number
        if not hangs or is_taken:
            self._keep(envelope)
        if hangs:
            self.is_stopped.set()
            await server.loop.run_in_executor(None, self._may_go_on.wait)
            return "451 Nobody is left to hear this"
        return "250 Taken"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=policy.default)
        self.ids[str(message["Message-ID"])] += 1
        self.taken.update(envelope.rcpt_tos)

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        self.go_on()
        self._controller.stop()
