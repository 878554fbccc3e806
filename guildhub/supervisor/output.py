"""What the supervisor and its children say: one line at a time, with the name of the speaker before it."""

from __future__ import annotations

import os
import re
import sys
import threading
from typing import IO

WIDTH = 9
_COLOURS = {"guildhub": "1;35", "web": "36", "worker": "32", "scheduler": "33", "setup": "34", "servers": "31"}
# Log lines hold what visitors sent: no escape sequence of theirs may reach the terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Printer:
    """Writes whole lines, so that children don't talk into each other; coloured on a terminal."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()

    def line(self, speaker: str, text: str) -> None:
        """Print one line of `speaker`. A reader who went away doesn't stop the guild."""
        name = f"{speaker:<{WIDTH}}"
        if self._coloured:
            name = f"\x1b[{_COLOURS.get(speaker, '0')}m{name}\x1b[0m"
        with self._lock:
            try:
                self._stream.write(f"{name} | {_CONTROL.sub('', text)}\n")
                self._stream.flush()
            except (OSError, ValueError):
                pass

    def say(self, text: str) -> None:
        """Print what the supervisor itself has to say."""
        for part in text.splitlines():
            self.line("guildhub", part)

    def last(self, *lines: str) -> None:
        """Print lines without a speaker: what the person is meant to read."""
        with self._lock:
            try:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                pass
