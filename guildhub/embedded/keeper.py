"""Stops the servers of a state directory when their last user is gone, however it went: `python -m ...keeper DIR`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from guildhub.embedded import postgres, redis
from guildhub.embedded.places import Places
from guildhub.embedded.users import Users


def keep(state: Path) -> None:
    """Wait for the last user to go, stop the servers, and end."""
    places = Places.at(state)
    users = Users(state)
    while True:
        users.wait_until_unused()
        with users.alone(), users.if_unused() as unused:
            if unused:
                stop_servers(places)
                return


def stop_servers(places: Places) -> None:
    """Stop whatever runs there."""
    redis.stop(places)
    postgres.stop(places)


if __name__ == "__main__":
    # A terminal that closes says so to everybody in it; the keeper stays until its work is done.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    keep(Path(sys.argv[1]))
