"""What is left out of the log so that the rest is read."""

from __future__ import annotations

import logging

import kombu.exceptions
import redis.exceptions
from celery.beat import SchedulingError

_BROKER_ERRORS = (kombu.exceptions.OperationalError, redis.exceptions.ConnectionError, SchedulingError, ConnectionError)


class ShortBrokerErrors(logging.Filter):
    """Keeps one line of what Celery says while the broker is away: the hundred that follow say nothing more."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record; every record passes."""
        error = record.exc_info[1] if record.exc_info else None
        if record.name.startswith(("celery", "kombu")) and _comes_of_the_broker(error):
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
            record.exc_info = record.exc_text = None
        return True


def _comes_of_the_broker(error: BaseException | None) -> bool:
    """Whether this error, or one that it was raised in the middle of, is a lost connection."""
    while error is not None:
        if isinstance(error, _BROKER_ERRORS):
            return True
        error = error.__cause__ or error.__context__
    return False
