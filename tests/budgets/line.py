"""A telephone line between browser and server: it counts the bytes that pass, and can be as slow as a line on a bus."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: About one packet; smaller pieces would cost the machine more than they make the line truer.
PIECE = 1400

_ASKED = b" HTTP/1.1\r\n"


@dataclass(frozen=True)
class Quality:
    """How good a line is; zero stands for no limit."""

    round_trip_seconds: float = 0.0
    bytes_a_second: float = 0.0


@dataclass
class _Lane:
    """One direction, shared by all connections."""

    bytes: int = 0
    requests: int = 0
    free_at: float = 0.0


class Line:
    """Carries connections to a server of this machine. Its latency counts for the handshakes of TCP and TLS as well.

    Chromium's own throttling delays answers only; a cold visit pays a round trip for each handshake before it may ask.
    What is left out: the look-up of the name, and the slow start of TCP beyond its first 14 KB.
    """

    def __init__(self, to_port: int, quality: Quality) -> None:
        self.to_port, self.quality = to_port, quality
        self.port = self.connections = 0
        self.last_at = time.monotonic()
        self._up, self._down = _Lane(), _Lane()
        self._ends: set[asyncio.StreamWriter] = set()

    @property
    def bytes_down(self) -> int:
        """What the server sent since the last `forget`, heads of answers included."""
        return self._down.bytes

    @property
    def bytes_up(self) -> int:
        """What the browser sent."""
        return self._up.bytes

    @property
    def requests(self) -> int:
        """What the browser asked for, its service worker too. Only of a line without TLS."""
        return self._up.requests

    def forget(self) -> None:
        """Count from zero."""
        self._up.bytes = self._up.requests = self._down.bytes = self.connections = 0
        self.last_at = time.monotonic()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its last."""
        self.connections += 1
        await asyncio.sleep(self.quality.round_trip_seconds)
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.close()
            return
        ends = {writer, there_writer}
        self._ends |= ends
        await asyncio.gather(self._carry(reader, there_writer, self._up), self._carry(there_reader, writer, self._down))
        self._ends -= ends

    def hang_up(self) -> None:
        """Cut every connection that still stands."""
        for end in self._ends:
            end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lane: _Lane) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(self._deliver(queue, writer))
        piece = b"begin"
        while piece:
            try:
                piece = await reader.read(PIECE)
            except OSError:
                piece = b""
            self.last_at = now = time.monotonic()
            lane.bytes += len(piece)
            lane.requests += piece.count(_ASKED)
            if self.quality.bytes_a_second:
                lane.free_at = max(now, lane.free_at) + len(piece) / self.quality.bytes_a_second
            queue.put_nowait((max(now, lane.free_at) + self.quality.round_trip_seconds / 2, piece))
        await delivering

    async def _deliver(self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while True:
            due_at, piece = await queue.get()
            if (wait := due_at - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            if writer.is_closing():
                return
            with contextlib.suppress(OSError):
                if not piece:
                    writer.close()
                    return
                writer.write(piece)
                await writer.drain()


@contextmanager
def line_to(port: int, quality: Quality = Quality()) -> Iterator[Line]:
    """A line that stands until the block ends, in a thread of its own."""
    line, is_up, loop, cut = Line(port, quality), threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def stand() -> None:
        server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
        line.port = server.sockets[0].getsockname()[1]
        is_up.set()
        await cut.wait()
        server.close()
        line.hang_up()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    thread = threading.Thread(target=lambda: (loop.run_until_complete(stand()), loop.close()), daemon=True)
    thread.start()
    assert is_up.wait(10), "the line did not come up"
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(cut.set)
        thread.join(10)
