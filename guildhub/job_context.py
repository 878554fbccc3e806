"""A job knows for which request it was sent: its message carries the id, and its log lines and events get it."""

from __future__ import annotations

from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from core import request_ids

HEADER = "guildhub_request"
_begun: dict[str, Any] = {}


@before_task_publish.connect
def _send_along(headers: dict[str, Any] | None = None, **_other: Any) -> None:
    """A request's nudge, and what a job sends in its turn."""
    request_id = request_ids.current_request_id()
    if request_id and headers is not None:
        headers[HEADER] = request_id


@task_prerun.connect
def _begin(task_id: str = "", task: Any = None, **_other: Any) -> None:
    request = getattr(task, "request", None)
    given = getattr(request, HEADER, None) or (getattr(request, "headers", None) or {}).get(HEADER)
    _begun[task_id] = request_ids.begin(request_ids.read_request_id(given))


@task_postrun.connect
def _end(task_id: str = "", **_other: Any) -> None:
    token = _begun.pop(task_id, None)
    if token is not None:
        request_ids.end(token)
