"""Background jobs: one decorator that wires Celery the same way everywhere, and the nudge that starts a job soon.

A job takes ids, calls one service, and is safe to run twice: it is acknowledged after it ran, so a worker killed in
the middle hands it to the next one. What must not be lost is a row in the database that a sweep finds; a message
only makes it happen sooner.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from celery import current_app, shared_task
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from core.conflicts import despite_conflicts
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.idempotency import forget_old_answers
from core.limits import forget_old_tallies
from core.search.keep import tidy_search

logger = logging.getLogger(__name__)

#: After the broker failed it is left alone for so long: sweeps find the work anyway.
BROKER_REST_SECONDS = 5.0
_broker_rests_until = 0.0
#: While a process records much, one message in so long asks for the deliveries of all of it.
NUDGE_SECONDS = 0.5
#: Consumers -> when (by this process's clock) the job that was asked for last begins: it finds what commits before.
_deliveries_begin: dict[tuple[str, ...], float] = {}


def job(
    *, name: str, soft_seconds: int = 240, hard_seconds: int = 300, retries: int = 5, is_long: bool = False
) -> Callable[..., Any]:
    """Make a function a Celery job called `name`.

    Acknowledged late, handed on when its worker dies, ended after `hard_seconds` (told so after
    `soft_seconds`), and tried again up to `retries` times with growing, jittered pauses when the database or the
    network fails. One that only met other work (a deadlock) is done again at once. Other errors are bugs: they are
    logged and not retried. A job that `is_long` is acknowledged when it begins: it may take longer than the broker's
    patience, which would hand it out a second time. Its schedule must find again what a killed worker left.
    """

    def wire(function: Callable[..., Any]) -> Any:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            return despite_conflicts(lambda: function(*args, **kwargs))

        return shared_task(
            name=name,
            acks_late=not is_long,
            reject_on_worker_lost=not is_long,
            ignore_result=True,
            soft_time_limit=soft_seconds,
            time_limit=hard_seconds,
            autoretry_for=(OperationalError, InterfaceError, ConnectionError, TimeoutError),
            max_retries=retries,
            retry_backoff=2,
            retry_backoff_max=300,
            retry_jitter=True,
        )(run)

    return wire


def nudge(task: Any, *args: Any) -> None:
    """Ask for a job soon, after this transaction commits. May fail in silence: a sweep comes by anyway.

    Measured without this care: with the broker down every request hung 0.6 s in the client's retries.
    """
    transaction.on_commit(lambda: _send(task, args), robust=True)


def nudge_by_name(name: str) -> None:
    """The same for a job of an app's own `jobs` module, which imports the services that ask for it."""
    nudge(current_app.signature(name))


def _send(task: Any, args: tuple[Any, ...], *, countdown: float = 0) -> None:
    global _broker_rests_until
    if not settings.JOBS_ARE_NUDGED or time.monotonic() < _broker_rests_until:
        return
    try:
        task.apply_async(args=args, retry=False, ignore_result=True, countdown=countdown or None)
    except Exception as error:  # kombu raises a dozen kinds; none of them may reach the person
        _broker_rests_until = time.monotonic() + BROKER_REST_SECONDS
        logger.warning("The broker is out of reach (%s); the sweep will find the work.", type(error).__name__)


def nudge_consumers(consumers: Iterable[str]) -> None:
    """Ask for deliveries soon: one message per transaction, whatever it recorded, and at most two a second."""
    waiting: set[str] = connection.__dict__.setdefault("_guildhub_nudged", set())
    is_noted = any(hook[1] is _send_waiting for hook in connection.run_on_commit)
    if not is_noted:
        waiting.clear()  # left over from a transaction that was rolled back
    waiting.update(consumers)
    if not is_noted:
        transaction.on_commit(_send_waiting, robust=True)


def _send_waiting() -> None:
    waiting: set[str] = connection.__dict__.get("_guildhub_nudged", set())
    names = sorted(waiting)
    waiting.clear()
    if names and settings.JOBS_ARE_NUDGED:
        _ask_for_deliveries(names)


def _ask_for_deliveries(names: list[str]) -> None:
    """At once, or soon when it was asked just now; not at all while a job that was asked for has still to begin.

    A message costs the web server as much as ten statements, and the worker more. Turned down: a thread that sends what a
    process gathered (it must live through forks and ends), and leaving the rest to the sweep (three seconds for an undo
    and its notice that come one after the other).
    """
    key, now = tuple(names), time.monotonic()
    begins = _deliveries_begin.get(key, 0.0)
    if now < begins:
        return
    wait = NUDGE_SECONDS if now - begins < NUDGE_SECONDS else 0.0
    _deliveries_begin[key] = now + wait
    _send(deliver, (names,), countdown=wait)


@job(name="core.deliver")
def deliver(consumers: list[str]) -> int:
    """Bring due events to these consumers until none are due; returns how many rows were looked at."""
    seen = 0
    for consumer in consumers:
        try:
            seen += deliver_until_empty(consumer, now=timezone.now())
        except DatabaseError:
            logger.exception("Delivery to %s was interrupted; the sweep tries again.", consumer)
    return seen


@job(name="core.sweep_deliveries", soft_seconds=50, hard_seconds=60)
def sweep_deliveries() -> int:
    """Start a delivery to every consumer with something due: what no nudge reached, and what failed before.

    One message each, so that a consumer that hangs keeps no other waiting; it is forgotten if no worker had time for
    it, because the next sweep sends it again. Returns how many were sent.
    """
    consumers = consumers_with_due_events(now=timezone.now())
    for consumer in consumers:
        deliver.apply_async(args=([consumer],), expires=30)
    return len(consumers)


@job(name="core.forget_old_answers")
def forget_old_answers_job() -> int:
    """Delete the kept answers of writes so old that nobody sends them again."""
    return forget_old_answers(now=timezone.now())


@job(name="core.tidy_search")
def tidy_search_job() -> int:
    """Forget words that no document holds any more, and bring those that lack; returns how many."""
    return sum(tidy_search())


@job(name="core.forget_old_tallies")
def forget_old_tallies_job() -> int:
    """Delete the counts of days that are over."""
    return forget_old_tallies(now=timezone.now())
