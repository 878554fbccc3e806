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
        if record.name.startswith(("celery", "kombu")) and isinstance(error, _BROKER_ERRORS):
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
            record.exc_info = record.exc_text = None
        return True
