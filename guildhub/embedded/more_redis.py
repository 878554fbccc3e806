"""Further Redis servers beside the embedded one: for the tests, which may fill, stop and empty theirs."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from guildhub.embedded import redis
from guildhub.embedded.places import Places
from guildhub.embedded.users import Users, open_private

FORGOTTEN_SECONDS = 3600


@dataclass(frozen=True)
class OwnRedis:
    """A Redis that its caller may stop and start again."""

    places: Places
    password: str

    @property
    def url(self) -> str:
        """Its address, password included."""
        return redis.address(self.places, self.password)

    def start(self) -> None:
        """Start it, with what it had persisted."""
        redis.start(self.places, self.password)

    def stop(self) -> None:
        """Stop it; what it holds is persisted."""
        redis.stop(self.places)


_joined: dict[str, tuple[str, Users]] = {}


def join_redis(name: str) -> str:
    """Start or join the Redis called `name` and return its address; its last user stops it."""
    if name in _joined:
        return _joined[name][0]
    places = _places(name)
    users = Users(places.state)
    with users.alone():
        users.join()
        with open_private(places.state / "password") as file:
            password = file.read()
            if not password:
                password = secrets.token_urlsafe(24)
                file.write(password)
        server = OwnRedis(places, password)
        if not redis.is_up(places, password):
            server.start()
    _joined[name] = (server.url, users)
    atexit.register(_leave, os.getpid(), name, server)
    return server.url


@contextmanager
def own_redis(name: str) -> Iterator[OwnRedis]:
    """A fresh Redis for one caller; it and its data are gone afterwards."""
    _remove_forgotten(name)
    server = OwnRedis(_places(f"{name}-{secrets.token_hex(4)}"), secrets.token_urlsafe(24))
    users = Users(server.places.state)
    try:
        with users.alone():
            users.join()
            server.start()
        yield server
    finally:
        users.leave(server.stop)
        shutil.rmtree(server.places.state)
        shutil.rmtree(server.places.sockets, ignore_errors=True)


def _places(name: str) -> Places:
    home = Places.of_this_checkout()
    places = Places(home.state / name, home.owner)
    places.make(places.state)
    return places


def _remove_forgotten(name: str) -> None:
    """Remove what callers left that were killed an hour ago or more."""
    for state in Places.of_this_checkout().state.glob(f"{name}-*"):
        with suppress(FileNotFoundError), Users(state).if_unused() as unused:
            if unused and time.time() - state.stat().st_mtime > FORGOTTEN_SECONDS:
                shutil.rmtree(state)


def _leave(process: int, name: str, server: OwnRedis) -> None:
    if os.getpid() == process:
        _url, users = _joined.pop(name)
        users.leave(server.stop)
