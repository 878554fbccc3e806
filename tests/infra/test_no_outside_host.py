"""No request asks a host outside: every test, so every page, form and verb, runs with the network shut."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


@pytest.mark.parametrize("host", ["192.0.2.1", "203.0.113.7"])
def test_a_connection_outside_is_refused_here(host: str) -> None:
    """What the tests of tests/pages.py (each page as each reader) and tests/rights (each verb) stand on."""
    with pytest.raises((SocketConnectBlockedError, UserWarning), match=host), socket.socket() as line:
        line.connect((host, 443))
