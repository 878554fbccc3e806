"""What measures is measured: the line counts and delays as it says, and what is over its budget fails."""

from __future__ import annotations

import dataclasses
import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest

from tests.budgets.line import Quality, line_to
from tests.budgets.pages import NINE
from tests.budgets.test_bytes import Visit, check

ANSWER = b"x" * 12_500
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LOG = next(listed for listed in NINE if listed.name == "/log/")
GOOD = Visit(24_000, 8, {"Document": 14_000, "Stylesheet": 8_000}, ["http://localhost:1/", "data:,"], [])


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """Answers each connection once."""

    class Once(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            self.request.sendall(ANSWER)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Once) as standing:
        threading.Thread(target=standing.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield standing.server_address[1]
        standing.shutdown()


def _asked(port: int) -> float:
    """Seconds until the whole answer has arrived."""
    begun, got = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(ASKED)
        while piece := connection.recv(65_536):
            got += piece
    assert got == ANSWER
    return time.monotonic() - begun


def test_the_line_counts_what_passes_in_both_directions(server: int) -> None:
    with line_to(server) as line:
        for _time in range(3):
            _asked(line.port)
        assert (line.bytes_down, line.bytes_up, line.requests) == (3 * len(ANSWER), 3 * len(ASKED), 3)
        line.forget()
        assert (line.bytes_down, line.bytes_up, line.requests, line.connections) == (0, 0, 0, 0)


@pytest.mark.slow
def test_the_line_is_no_faster_than_it_says(server: int) -> None:
    """A round trip for shaking hands, one for asking, and the bytes at their pace; connections share the width."""
    slow = Quality(round_trip_seconds=0.2, bytes_a_second=50_000)
    with line_to(server, slow) as line:
        assert _asked(line.port) >= 0.2 + 0.2 + len(ANSWER) / 50_000 - 0.01
        begun = time.monotonic()
        both = [threading.Thread(target=_asked, args=[line.port]) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()
        assert time.monotonic() - begun >= 0.4 + 2 * len(ANSWER) / 50_000 - 0.01


@pytest.mark.parametrize(
    "more",
    [
        {"bytes": 25_001},
        {"requests": 9},
        {"requests": 0},
        {"by_kind": {"Document": 14_001}},
        {"by_kind": {"Stylesheet": 8_001}},
        {"by_kind": {"Script": 20_001}},
        {"by_kind": {"Font": 1}},
        {"addresses": ["http://localhost:1/", "https://elsewhere.example/a.js"]},
        {"complaints": ["Refused to apply inline style"]},
    ],
    ids=str,
)
def test_what_is_over_the_budget_fails(more: dict[str, object]) -> None:
    check(LOG, GOOD)
    with pytest.raises(AssertionError):
        check(LOG, dataclasses.replace(GOOD, **more))  # type: ignore[arg-type]
