"""A web server under measurement: started as in production, its workers' CPU time and memory read from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from guildhub.supervisor.web import web_command

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Memory:
    """Megabytes of a process tree: RSS counts shared pages in every process, PSS once."""

    rss: float
    pss: float


@dataclass(frozen=True)
class Server:
    """A running granian and its port."""

    process: subprocess.Popen[bytes]
    port: int

    def tree(self) -> list[int]:
        """The process and everything it started."""
        found, waiting = [], [self.process.pid]
        while waiting:
            found.append(pid := waiting.pop())
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += [int(child) for child in task.read_text().split()]
        return found

    def cpu_seconds(self) -> float:
        """utime + stime of all of them so far."""
        total = 0
        for pid in self.tree():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self) -> Memory:
        """What the tree holds now."""
        rss = pss = 0
        for pid in self.tree():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                rss += int(line.split()[1]) if line.startswith("Rss:") else 0
                pss += int(line.split()[1]) if line.startswith("Pss:") else 0
        return Memory(rss / 1024, pss / 1024)


@contextmanager
def serving(
    application: str, environment: Mapping[str, str], *, path: str, host: str
) -> Iterator[tuple[Server, float]]:
    """Run `application` until the block ends; yields the server and the seconds until `path` was answered with 200."""
    port = _free_port()
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *web_command(HOST, port, application)],
        cwd=ROOT, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)}, start_new_session=True,
    )  # fmt: skip
    try:
        while not _answers(port, path, host):
            if process.poll() is not None or time.monotonic() - started > 60:
                raise SystemExit(f"{application} did not start.")
            time.sleep(0.01)
        yield Server(process, port), time.monotonic() - started
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(port: int, path: str, host: str) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
