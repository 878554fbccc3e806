"""A line to the test server that can be cut, and that can lose an answer after the server did what it was asked."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

#: Headers that are about one connection, not about what is sent over it.
_OF_THE_LINE = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Line:
    """One address of its own in front of a server. `is_cut`: nothing gets through, as in a tunnel.

    `loses`: the answers to requests that begin so ("POST /log/outbox/") never arrive. `stops`: such requests don't get out at
    all. `spoil` may change the headers of each request. `seen` is what got through, `lost` how many answers were lost.
    """

    def __init__(self, server: str) -> None:
        self.is_cut = False
        self.loses = ""
        self.stops = ""
        self.spoil: Callable[[str, dict[str, str]], None] = lambda asked, headers: None
        self.seen: list[str] = []
        self.lost = 0
        self.upstream = urlsplit(server)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def run(self) -> None:
        """Until `stop`."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Close it for good."""
        self._server.shutdown()
        self._server.server_close()

    def count(self, what: str) -> int:
        """How many requests began so."""
        return sum(line.startswith(what) for line in self.seen)


def _handler_of(line: Line) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            self.close_connection = True
            asked = f"{self.command} {self.path}"
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if line.is_cut or (line.stops and asked.startswith(line.stops)):
                return
            headers = dict(self.headers.items())
            line.spoil(asked, headers)
            line.seen.append(asked)
            server = http.client.HTTPConnection(line.upstream.netloc, timeout=60)
            try:
                server.request(self.command, self.path, body, headers)
                answer = server.getresponse()
                content = answer.read()
            finally:
                server.close()
            if line.is_cut or (line.loses and asked.startswith(line.loses)):
                line.lost += 1
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_THE_LINE:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_HEAD = pass_on

        def handle(self) -> None:
            # The browser went away, or the test is over.
            with suppress(ConnectionError, http.client.HTTPException):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def line_to(server: str) -> Iterator[Line]:
    """A line that stands while the block runs."""
    line = Line(server)
    thread = threading.Thread(target=line.run, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.stop()
        thread.join(10)
