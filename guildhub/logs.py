"""What is written to the log and what is not: JSON lines with the request's id, and no words about people."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import kombu.exceptions
import redis.exceptions
from celery.beat import SchedulingError
from django.http import HttpRequest

from core.request_ids import current_request_id

_BROKER_ERRORS = (kombu.exceptions.OperationalError, redis.exceptions.ConnectionError, SchedulingError, ConnectionError)
#: Parts of an address that name a thing of the guild. Any other part (a handle, an invitation, a key) is left out.
_NAMES_OF_THINGS = {"slug", "pk", "id", "number", "object_id", "project", "guild", "problem", "task", "import_id"}
#: Below these lines PostgreSQL repeats values of the row, which may be somebody's words.
_REPEATS_VALUES = ("DETAIL:", "CONTEXT:", "QUERY:", "LINE ")
LONGEST_PATH = 300
#: `json.dumps` with options makes an encoder for each line.
_to_json = json.JSONEncoder(default=str, ensure_ascii=False).encode


class ShortBrokerErrors(logging.Filter):
    """Keeps one line of what Celery says while the broker is away: the hundred that follow say nothing more."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record; every record passes."""
        error = record.exc_info[1] if record.exc_info else None
        if record.name.startswith(("celery", "kombu")) and _comes_of_the_broker(error):
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
            record.exc_info = record.exc_text = None
        return True


class WithRequestId(logging.Filter):
    """Puts the request's id on every record, and a path that says nothing about people where Django tells of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Complete the record; every record passes."""
        request = getattr(record, "request", None)
        record.request_id = current_request_id() or getattr(request, "request_id", "")
        if isinstance(request, HttpRequest) and record.args:
            path = loggable_path(request)
            record.args = tuple(path if value == request.path else value for value in record.args)
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, and the `fields` given as extra."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; control characters are escaped, so one record is one line whatever it says."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", ""):
            said["request_id"] = request_id
        if job := _current_job():
            said["job"] = job
        said |= getattr(record, "fields", {})
        if record.exc_info:
            said["error"] = _without_values(self.formatException(record.exc_info))
        return _to_json(said)


def loggable_path(request: HttpRequest) -> str:
    """The address without its query. Where a part of it may be a person or a key, the route's pattern instead."""
    match = request.resolver_match
    if match is not None and match.route and not match.kwargs.keys() <= _NAMES_OF_THINGS:
        return f"/{match.route}"
    return request.path[:LONGEST_PATH]


def _without_values(trace: str) -> str:
    return "\n".join(line for line in trace.splitlines() if not line.startswith(_REPEATS_VALUES))


def _current_job() -> str:
    """The name of the job that runs; empty in the web process."""
    from celery import current_task

    return getattr(current_task, "name", "") or ""


def _comes_of_the_broker(error: BaseException | None) -> bool:
    """Whether this error, or one that it was raised in the middle of, is a lost connection."""
    while error is not None:
        if isinstance(error, _BROKER_ERRORS):
            return True
        error = error.__cause__ or error.__context__
    return False
