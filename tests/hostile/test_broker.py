"""A broker that is stopped, or accepts a connection and never answers, holds up nobody."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildhub.celery import app

#: Far longer than a sender waits, and far shorter than the pauses it must not make.
PATIENCE = 10


@pytest.fixture
def silent_broker(tmp_path: Path) -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    address = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(50)
        yield address


def _send_to(path: str) -> threading.Thread:
    def send() -> None:
        with app.connection_for_write(url=f"redis+socket://{path}") as connection, pytest.raises(Exception):  # noqa: B017
            app.send_task("core.deliver", args=([],), connection=connection, retry=False)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    return sender


def test_a_sender_gives_up_on_a_broker_that_hangs(silent_broker: str) -> None:
    sender = _send_to(silent_broker)
    sender.join(PATIENCE)
    assert not sender.is_alive()


def test_a_sender_gives_up_on_a_broker_that_is_gone(tmp_path: Path) -> None:
    sender = _send_to(str(tmp_path / "nothing"))
    sender.join(PATIENCE)
    assert not sender.is_alive()
