"""A real PostgreSQL and a real Redis from wheels, for machines on which nothing but Python is installed.

Nothing outside this package knows where they live. `connect()` starts them or joins them; the last process that
uses them stops them. With DATABASE_URL and REDIS_URL set, this package is never imported.
"""

from guildhub.embedded.errors import EmbeddedServerError
from guildhub.embedded.servers import (
    Servers,
    check_room,
    connect,
    prepare_database,
    programs,
    restart_dead_servers,
    stop_if_unused,
)

__all__ = [
    "EmbeddedServerError",
    "Servers",
    "check_room",
    "connect",
    "prepare_database",
    "programs",
    "restart_dead_servers",
    "stop_if_unused",
]
