"""One child process of the supervisor: started, listened to, started again when it dies, stopped with its offspring."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from guildhub.supervisor.output import Printer

# Loaded here, because nothing may be loaded between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
#: A child that lived so long has forgotten its earlier deaths.
STEADY_SECONDS = 60.0


@dataclass
class Child:
    """A program that should be running. It leads its own process group, so Ctrl-C reaches the supervisor alone."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    printer: Printer
    process: subprocess.Popen[str] | None = None
    pause: float = FIRST_PAUSE
    started_at: float = 0.0
    due_at: float = 0.0
    _reader: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the program and print what it says."""
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        self.started_at = time.monotonic()
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()

    def look_after(self, now: float) -> None:
        """Start the program again when it died: soon the first time, later when it keeps dying."""
        if self.process is not None and self.process.poll() is not None:
            how = describe_exit(self.process.returncode)
            self._end_group(signal.SIGKILL)
            self.process = None
            if now - self.started_at > STEADY_SECONDS:
                self.pause = FIRST_PAUSE
            self.due_at = now + self.pause
            self.printer.say(f"The {self.name} {how}. It starts again in {self.pause:.0f} s.")
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif self.process is None and now >= self.due_at:
            self.start()

    def run_once(self) -> int:
        """Run the program to its end and return its exit code."""
        self.start()
        assert self.process is not None
        code = self.process.wait()
        if self._reader is not None:
            self._reader.join(timeout=5)
        return code

    def ask_to_stop(self) -> None:
        """Ask politely; the program finishes what it has in hand."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def wait_or_kill(self, deadline: float) -> bool:
        """Wait for a polite end until `deadline`, then end the whole group; returns whether it was polite."""
        if self.process is None:
            return True
        polite = True
        try:
            self.process.wait(timeout=max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            polite = False
        self._end_group(signal.SIGKILL)
        self.process.wait()
        if self._reader is not None:
            self._reader.join(timeout=2)
        return polite

    def _end_group(self, number: signal.Signals) -> None:
        """Signal everything the program started, so that no orphan keeps the port or a job."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if line.strip():
                    self.printer.line(self.name, line.rstrip())


def _end_with_parent() -> None:
    """In the new process, on Linux: be asked to stop when the supervisor is killed and can't ask any more."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def describe_exit(code: int) -> str:
    """How a program ended, in words."""
    if code < 0:
        try:
            return f"was killed ({signal.Signals(-code).name})"
        except ValueError:
            return f"was killed (signal {-code})"
    return "ended by itself" if code == 0 else f"stopped with an error (exit code {code})"
