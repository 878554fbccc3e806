"""Who uses the servers of a state directory: the first process starts them, the last one's end stops them.

Every user holds a shared lock, which the kernel lets go however the process ends. A keeper, one small process per
directory, waits for all of them to be gone: a user that was killed could not stop anything itself.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

#: How long the last user waits for the keeper's end, so that nothing of guildhub runs after it.
KEEPER_SECONDS = 5.0
CHECKOUT = Path(__file__).resolve().parents[2]


class Users:
    """The users of one state directory, this process maybe among them."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._held: IO[str] | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def is_joined(self) -> bool:
        """Whether this process is a user."""
        return self._held is not None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one process at a time starts or stops servers."""
        with open_private(self.state / "starting.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def join(self) -> None:
        """Be a user until `leave` or the end of this process; see to it that there is a keeper. Call it `alone`."""
        if self._held is None:
            self._held = open_private(self.state / "users.lock")
            fcntl.flock(self._held, fcntl.LOCK_SH)
        self._see_to_keeper()

    def leave(self, stop: Callable[[], None]) -> bool:
        """Stop being a user; when that was the last one, call `stop`. Returns whether it was called."""
        if self._held is None:
            return False
        with self.alone():
            self._held.close()
            self._held = None
            unused = self._stop_if_unused(stop)
        if unused:
            self._wait_for_keeper()
        if self._keeper is not None:
            # It is nobody's child from here on, if others still use the servers: Python need not warn of that.
            self._keeper.poll()
            self._keeper.returncode = self._keeper.returncode or 0
        return unused

    def _stop_if_unused(self, stop: Callable[[], None]) -> bool:
        """The keeper, woken by this process's leaving, holds the lock for a moment: look more than once."""
        for _look in range(5):
            with self.if_unused() as unused:
                if unused:
                    stop()
                    return True
            time.sleep(0.01)
        return False

    @contextmanager
    def if_unused(self) -> Iterator[bool]:
        """Whether nobody uses the servers; while the block runs, nobody can begin to."""
        with open_private(self.state / "users.lock") as lock:
            yield try_lock(lock)

    def wait_until_unused(self) -> None:
        """Return when the last user is gone. Somebody may have come since: ask `if_unused` again, `alone`."""
        with open_private(self.state / "users.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

    def _see_to_keeper(self) -> None:
        with open_private(self.state / "keeper.lock") as lock:
            if not try_lock(lock):
                return
            # The keeper inherits the lock, so there is no moment at which two could be started.
            os.set_inheritable(lock.fileno(), True)
            self._keeper = subprocess.Popen(
                [sys.executable, "-m", "guildhub.embedded.keeper", str(self.state)],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )

    def _wait_for_keeper(self) -> None:
        ends = time.monotonic() + KEEPER_SECONDS
        with open_private(self.state / "keeper.lock") as lock:
            while not try_lock(lock) and time.monotonic() < ends:
                time.sleep(0.02)
        if self._keeper is not None:
            with suppress(subprocess.TimeoutExpired):
                self._keeper.wait(timeout=KEEPER_SECONDS)


def try_lock(lock: IO[str]) -> bool:
    """Take the lock for this process alone if nobody has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_private(path: Path) -> IO[str]:
    """Open a file for reading and writing that this user alone may read."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
