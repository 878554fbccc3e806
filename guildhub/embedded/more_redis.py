"""Further Redis servers beside the embedded one: for the tests, which may fill, stop and empty theirs."""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from guildhub.embedded import redis
from guildhub.embedded.places import Places


@dataclass(frozen=True)
class OwnRedis:
    """A Redis that its caller may stop and start again."""

    places: Places
    password: str

    @property
    def url(self) -> str:
        """Its address, password included."""
        return f"unix://:{self.password}@{redis.socket_path(self.places)}"

    def start(self) -> None:
        """Start it, with what it had persisted."""
        redis.start(self.places, self.password)

    def stop(self) -> None:
        """Stop it; what it holds is persisted."""
        redis.stop(self.places, self.password)


_joined: dict[str, tuple[str, IO[str]]] = {}


def join_redis(name: str) -> str:
    """Start or join the Redis called `name` and return its address; its last user stops it."""
    if name in _joined:
        return _joined[name][0]
    places = _places(name)
    with _locked(places.state / "starting.lock"):
        password_file = places.state / "password"
        if not password_file.exists():
            _write_private(password_file, secrets.token_urlsafe(24))
        server = OwnRedis(places, password_file.read_text())
        lock = _open(places.state / "users.lock")
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not redis.is_up(places, server.password):
            server.start()
    _joined[name] = (server.url, lock)
    atexit.register(_leave, os.getpid(), name, server)
    return server.url


@contextmanager
def own_redis(name: str) -> Iterator[OwnRedis]:
    """A fresh Redis for one caller; it and its data are gone afterwards."""
    server = OwnRedis(_places(f"{name}-{secrets.token_hex(4)}"), secrets.token_urlsafe(24))
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.places.state)
        shutil.rmtree(server.places.sockets, ignore_errors=True)


def _places(name: str) -> Places:
    home = Places.of_this_checkout()
    places = Places(home.state / name, home.owner)
    places.make(places.state)
    return places


def _leave(process: int, name: str, server: OwnRedis) -> None:
    if os.getpid() != process:
        return
    _url, lock = _joined.pop(name)
    with _locked(server.places.state / "starting.lock"), lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        server.stop()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with _open(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")


def _write_private(path: Path, text: str) -> None:
    with _open(path) as file:
        file.write(text)
