"""Starting, checking and stopping the embedded Redis: a private socket, a password, an append-only file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from guildhub.embedded.errors import EmbeddedServerError
from guildhub.embedded.places import Places

_CONFIGURATION = """
# Written by guildhub. No TCP; the socket lies in a private directory.
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {directory}
appendonly yes
daemonize yes
pidfile {directory}/redis.pid
logfile {directory}/redis.log
loglevel warning
databases 64
"""


def socket_path(places: Places) -> Path:
    """Where Redis listens."""
    return places.sockets / "redis.sock"


def is_up(places: Places, password: str) -> bool:
    """Whether Redis answers (loading its file counts as up)."""
    client = _client(places, password, timeout=2)
    try:
        return bool(client.ping())
    except redis.exceptions.BusyLoadingError:
        return True
    except (redis.exceptions.RedisError, OSError):
        return False
    finally:
        client.close()


def start(places: Places, password: str) -> None:
    """Bring Redis up with what it had persisted. Raises EmbeddedServerError."""
    places.make(places.redis)
    configuration = places.redis / "redis.conf"
    configuration.write_text(
        _CONFIGURATION.format(socket=socket_path(places), password=password, directory=places.redis)
    )
    configuration.chmod(0o600)
    if places.owner is not None:
        os.chown(configuration, places.owner.pw_uid, places.owner.pw_gid)
    socket_path(places).unlink(missing_ok=True)
    done = places.run(places.redis_server, configuration)
    for _attempt in range(200):
        if is_up(places, password):
            return
        time.sleep(0.05)
    raise EmbeddedServerError(
        f"Redis did not start: {done.stdout.strip() or 'it gave no reason'}. Its log is {places.redis / 'redis.log'}."
    )


def stop(places: Places, password: str) -> None:
    """Stop Redis after it has written its file; quiet when it isn't running."""
    client = _client(places, password, timeout=10)
    try:
        client.shutdown(save=True)
    except (redis.exceptions.RedisError, OSError):
        return
    finally:
        client.close()


def _client(places: Places, password: str, *, timeout: float) -> redis.Redis:
    """A client that asks once: the library's own retries take seconds when nobody is there."""
    return redis.Redis(
        unix_socket_path=str(socket_path(places)),
        password=password,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )
