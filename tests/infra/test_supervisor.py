"""The supervisor: ports, children that die, and a whole `make run` from the first line to a clean end."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from guildhub.supervisor.children import Child, describe_exit
from guildhub.supervisor.output import Printer
from guildhub.supervisor.ports import PortBusy, answers, choose_port, why_not
from tests.infra.states import ROOT, environment, fresh_state, processes_of


@contextmanager
def busy_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"never happened: {what}"
        time.sleep(0.05)


def test_a_busy_port_that_was_asked_for_is_refused_with_another_to_take() -> None:
    with busy_port() as port, pytest.raises(PortBusy) as refused:
        choose_port("127.0.0.1", port)
    assert f"Port {port} on 127.0.0.1 can't be used: another program uses it" in str(refused.value)
    offered = int(re.findall(r"make run PORT=(\d+)", str(refused.value))[0])
    assert offered != port
    assert why_not("127.0.0.1", offered) is None


def test_without_a_wish_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with busy_port() as port:
        monkeypatch.setattr("guildhub.supervisor.ports.FIRST_PORT", port)
        assert choose_port("127.0.0.1", None) > port


def test_nobody_answers_on_a_port_that_accepts_and_is_silent() -> None:
    with busy_port() as port:
        assert not answers(f"http://127.0.0.1:{port}/healthz", "this run", timeout=0.2)


def test_the_answer_of_another_run_does_not_count(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDHUB_RUN", "another run")
    assert not answers(f"{live_server.url}/healthz", "this run")
    assert answers(f"{live_server.url}/healthz", "another run")


def child(words: str, out: io.StringIO) -> Child:
    return Child("worker", [sys.executable, "-c", words], {**os.environ, "PYTHONUNBUFFERED": "1"}, Printer(out))


def test_what_a_child_says_comes_in_lines_with_its_name() -> None:
    out = io.StringIO()
    code = child(
        "import sys; print('one\\x1b[2J'); print(); print('two', file=sys.stderr); sys.exit(3)", out
    ).run_once()
    assert code == 3
    assert out.getvalue().splitlines() == ["worker    | one[2J", "worker    | two"], "no blank lines, no control signs"


def test_a_child_that_dies_is_started_again_later_each_time() -> None:
    out = io.StringIO()
    dying = child("raise SystemExit(4)", out)
    dying.start()
    pauses = []
    for _death in range(3):
        assert dying.process is not None
        dying.process.wait()
        now = time.monotonic()
        dying.look_after(now)
        assert dying.process is None, "it rests first"
        pauses.append(round(dying.due_at - now))
        dying.look_after(dying.due_at)
    dying.wait_or_kill(time.monotonic() + 5)
    assert pauses == [1, 2, 4]
    assert "The worker stopped with an error (exit code 4). It starts again in 1 s." in out.getvalue()


def test_a_child_that_does_not_listen_is_killed_with_its_children() -> None:
    words = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    out = io.StringIO()
    deaf = child(words, out)
    deaf.start()
    until(lambda: "|" in out.getvalue(), "the child has a child")
    grandchild = psutil.Process(int(out.getvalue().split("|")[1]))
    deaf.ask_to_stop()
    assert not deaf.wait_or_kill(time.monotonic() + 0.3)
    until(lambda: not grandchild.is_running() or grandchild.status() == "zombie", "the grandchild ends")


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended by itself"), (-9, "was killed (SIGKILL)"), (2, "stopped with an error (exit code 2)")],
)
def test_an_end_is_told_in_words(code: int, words: str) -> None:
    assert describe_exit(code) == words


class Run:
    """A `make run` of its own state, without make."""

    def __init__(self, state: Path, **changes: str) -> None:
        self.state = state
        self.file = tempfile.NamedTemporaryFile(  # noqa: SIM115  (closed by stop)
            "w+", prefix="guildhub-run-", suffix=".log"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "guildhub.supervisor"],
            cwd=ROOT,
            env=environment(state, **changes),
            stdin=subprocess.DEVNULL,
            stdout=self.file,
            stderr=subprocess.STDOUT,
        )

    def said(self) -> str:
        return Path(self.file.name).read_text(encoding="utf-8")

    def address(self) -> str:
        """Where it answers, once it has said so with its last line."""
        until(lambda: "approve it as" in self.said() or self.process.poll() is not None, "it greets", 240)
        found = re.search(r"^guildhub is at +(http://\S+)/$", self.said(), re.MULTILINE)
        assert found, self.said()
        return found[1]

    def stop(self) -> str:
        """Ctrl-C; returns everything it said."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 0, self.said()
        said = self.said()
        self.file.close()
        return said


@pytest.fixture(scope="module")
def loaded() -> Iterator[Path]:
    """A state that the runs of this module share, one after the other."""
    with fresh_state() as state:
        yield state


@pytest.fixture
def place(loaded: Path) -> Iterator[Path]:
    """The shared state, with nothing running in it before and after."""
    yield loaded
    for process in processes_of(loaded):
        process.kill()
    until(lambda: processes_of(loaded) == [], "the test's processes end")


def fetch(address: str) -> int:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return int(answer.status)


@pytest.mark.slow
def test_a_whole_run_survives_kills_and_leaves_nothing(place: Path) -> None:
    run = Run(place)
    address = run.address()
    lines = run.said().splitlines()
    assert [line.split("http")[0].strip() for line in lines[-3:]] == [
        "guildhub is at", "log an hour as the demo contributor", "approve it as the demo reviewer",
    ]  # fmt: skip
    for line in lines[-3:]:
        assert fetch(line[line.index("http") :]) == 200

    for name, words in (("postgres", "PostgreSQL had stopped"), ("redis-server", "Redis had stopped")):
        next(p for p in processes_of(place) if p.name() == name and p.ppid() == 1).kill()
        until(lambda words=words: words in run.said(), words)
    until(lambda: _is_ready(address), "it answers again")
    children = [p for p in psutil.Process(run.process.pid).children() if "celery" in " ".join(p.cmdline())]
    assert len(children) == 2, "worker and scheduler"
    children[0].kill()
    until(lambda: "was killed (SIGKILL). It starts again" in run.said(), "the child's death is told")

    said = run.stop()
    assert said.splitlines()[-1].endswith("Everything is stopped.")
    assert "Traceback" not in said
    assert processes_of(place) == []


def _is_ready(address: str) -> bool:
    try:
        return fetch(f"{address}/readyz") == 200
    except OSError:
        return False


@pytest.mark.slow
def test_the_second_run_keeps_the_data_and_a_second_beside_it_takes_another_port(place: Path) -> None:
    first = Run(place)
    address = first.address()
    assert "Loading the demo guild" not in first.said(), "the first test's run has loaded it"
    second = Run(place)
    beside = second.address()
    assert beside != address
    assert "is used by another program; taking" in second.said()
    assert "PostgreSQL and Redis stay up" in second.stop()
    assert fetch(f"{address}/problems/") == 200
    first.stop()
    assert processes_of(place) == []


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_nothing(place: Path) -> None:
    run = Run(place)
    run.address()
    run.process.kill()
    run.process.wait()
    until(lambda: processes_of(place) == [], "children and servers end by themselves")
    run.file.close()


@pytest.mark.slow
def test_a_busy_port_ends_the_run_with_a_sentence(place: Path) -> None:
    with busy_port() as port:
        run = Run(place, PORT=str(port))
        assert run.process.wait(60) == 1
        assert f"Port {port} on 127.0.0.1 can't be used" in run.said()
    run.file.close()
    assert processes_of(place) == []


@pytest.mark.slow
def test_an_unsafe_bind_ends_the_run_before_anything_starts(place: Path) -> None:
    run = Run(place, BIND="0.0.0.0")
    assert run.process.wait(60) == 1
    assert "would show the demo to the network" in run.said()
    assert "Traceback" not in run.said()
    run.file.close()
