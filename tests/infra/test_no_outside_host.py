"""No request asks a host outside: every test, so every page, form and verb, runs with the network shut."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from pytest_socket import SocketConnectBlockedError

from tests.factories import World
from tests.pages import PAGES, READERS, client_of

#: The database and Redis of this machine, by socket file or loopback.
OURS = ("127.0.0.1", "::1", "localhost", "/")


@pytest.mark.parametrize("host", ["192.0.2.1", "203.0.113.7"])
def test_a_connection_outside_is_refused_here(host: str) -> None:
    """What the tests of tests/pages.py (each page as each reader) and tests/rights (each verb) stand on."""
    with pytest.raises((SocketConnectBlockedError, UserWarning), match=host), socket.socket() as line:
        line.connect((host, 443))


@pytest.mark.django_db
def test_no_page_so_much_as_asks_for_an_outside_host(standing_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one that lives with being refused: whoever is asked for by name or number is written down."""
    asked: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def noted_connect(line: socket.socket, address: Any) -> None:
        asked.append(str(address[0] if isinstance(address, tuple) else address))
        connect(line, address)

    def noted_look_up(host: Any, *more: Any, **named: Any) -> Any:
        asked.append(str(host))
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", noted_connect)
    monkeypatch.setattr(socket, "getaddrinfo", noted_look_up)
    for page in PAGES:
        reader = next((name for name in reversed(READERS) if page.answers[name] == 200), READERS[0])
        client_of(standing_world, reader).get(page.path(standing_world))
    assert [host for host in asked if not host.startswith(OURS)] == []
