"""Kombu's Redis transport without patience: a message that can't be sent now is forgotten, because a sweep finds the work.

redis-py tries three times with growing pauses and waits for answers without end. Measured: with a Redis that hangs, a
request that recorded an event had no answer after twenty seconds.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS = 1.0


class QuickChannel(kombu_redis.Channel):
    """A channel that tries once, and waits a second for an answer.

    A worker's waiting for messages is not cut short: it reads only what its poller saw arrive.
    """

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        parameters: dict[str, Any] = super()._connparams(asynchronous)
        parameters["retry"] = Retry(NoBackoff(), 0)
        parameters["socket_timeout"] = parameters.get("socket_timeout") or ANSWER_SECONDS
        return parameters


class QuickTransport(kombu_redis.Transport):
    """`redis://` and `redis+socket://` with such channels."""

    Channel = QuickChannel


def use_quick_transport() -> None:
    """Make it what broker addresses that begin with `redis` mean."""
    TRANSPORT_ALIASES["redis"] = "guildhub.broker:QuickTransport"
    TRANSPORT_ALIASES["rediss"] = "guildhub.broker:QuickTransport"
