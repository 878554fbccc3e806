"""Starting, checking and stopping the embedded Redis: a private socket, a password, an append-only file."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from guildhub.embedded import processes
from guildhub.embedded.errors import EmbeddedServerError
from guildhub.embedded.places import Places
from guildhub.embedded.postgres import tail
from guildhub.embedded.users import open_private

KEPT_FILE = "appendonly.aof"

_CONFIGURATION = """
# Written by guildhub. No TCP; the socket lies in a private directory.
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {directory}
appendonly yes
save ""
daemonize yes
pidfile redis.pid
logfile redis.log
loglevel warning
databases 64
set-proc-title no
"""


def socket_path(places: Places) -> Path:
    """Where Redis listens."""
    return places.sockets / "redis.sock"


def address(places: Places, password: str) -> str:
    """Its address as Redis clients read it."""
    return f"unix://:{password}@{quote(str(socket_path(places)))}"


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
    stop(places)
    socket_path(places).unlink(missing_ok=True)
    (places.redis / "redis.pid").unlink(missing_ok=True)
    if _try_to_start(places, password):
        return
    # What it holds can be done without (sessions are in PostgreSQL, jobs are found by sweeps), so a file that
    # it can't read any more is put aside and doesn't keep the guild closed.
    kept = places.redis / KEPT_FILE
    if "Bad file format" in tail(places.redis / "redis.log") and kept.exists():
        kept.replace(kept.with_suffix(".broken"))
        if _try_to_start(places, password):
            return
    places.check_room(1)
    raise EmbeddedServerError(
        f"Redis did not start. The last lines of its log, {places.redis / 'redis.log'}:\n"
        f"{tail(places.redis / 'redis.log') or 'it is empty.'}"
    )


def stop(places: Places) -> None:
    """Stop Redis after it has written its file; quiet when it isn't running."""
    pid = processes.pid_in(places.redis / "redis.pid")
    processes.stop(pid, "redis-server", str(places.state), with_signal=signal.SIGTERM, seconds=30)


def _try_to_start(places: Places, password: str) -> bool:
    """Whether Redis answers a moment after it was started; while it reads its file it counts as answering."""
    configuration = places.redis / "redis.conf"
    with open_private(configuration) as file:
        file.truncate()
        file.write(
            _CONFIGURATION.format(
                socket=_quoted(socket_path(places)), password=password, directory=_quoted(places.redis)
            )
        )
    places.give(configuration)
    log = places.redis / "redis.log"
    log.unlink(missing_ok=True)
    places.run(places.redis_server, configuration)
    for look in range(200):
        if is_up(places, password):
            return True
        # It writes its pid a moment after the first lines of its log; from then on, no process means that it gave up.
        if look > 20 and not processes.is_running(processes.pid_in(places.redis / "redis.pid"), "redis-server"):
            return False
        time.sleep(0.05)
    return False


def _quoted(path: Path) -> str:
    """A path as redis.conf takes it, blanks included."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _client(places: Places, password: str, *, timeout: float) -> redis.Redis:
    """A client that asks once: the library's own retries take seconds when nobody is there."""
    return redis.Redis(
        unix_socket_path=str(socket_path(places)),
        password=password,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )
