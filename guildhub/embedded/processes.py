"""Asking after a server by the pid it wrote down, which may be stale or belong to somebody else by now."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path


def pid_in(path: Path) -> int | None:
    """The pid in the first line of a pid file, or None."""
    try:
        return abs(int(path.read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError):
        return None


def is_running(pid: int | None, *marks: str) -> bool:
    """Whether this process lives and its command line holds every mark; a pid alone may be another program's."""
    if not pid:
        return False
    command = _command_of(pid)
    return command != "" and all(mark in command for mark in marks)


def stop(pid: int | None, *marks: str, with_signal: signal.Signals, seconds: float) -> None:
    """Ask the process to stop and wait; kill it when it doesn't. Quiet when it isn't running."""
    if pid is None or not is_running(pid, *marks):
        return
    for number, patience in ((with_signal, seconds), (signal.SIGKILL, 10.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            if not is_running(pid, *marks):
                return
            time.sleep(0.02)


def _command_of(pid: int) -> str:
    """The command line, "" when there is no such process (a zombie has none either)."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    found = subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", "command="], stdout=subprocess.PIPE, text=True, check=False
    )
    return found.stdout.strip()
