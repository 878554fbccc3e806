"""The backend itself. Django looks for a module of this name behind a database's ENGINE."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, but for CONN_HEALTH_CHECKS without a round trip.

    A server that ended a connection (a restart, an administrator, a time-out) has closed its socket, or said so on it: there
    is something to read where nothing was asked. Only then is the server asked, as Django does before each request (50 us, and
    a wake-up of PostgreSQL). A machine that vanished without a word is found by neither before the network gives up.
    """

    def is_usable(self) -> bool:
        """Whether the kept connection still stands."""
        connection = self.connection
        if connection is None or connection.closed:
            return False
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        return super().is_usable() if waiting.poll(0) else True
