"""Several requests in the same moment, each in a browser and on a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.test import Client

from accounts.models import Subject


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start all calls together and return what each returned, or the exception it ended with."""
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            answers[place] = call()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=numbered) for numbered in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def posting(person: Subject, address: str, data: dict[str, Any]) -> Callable[[], int]:
    """A call that posts a form as somebody and returns the answer's status."""
    browser = Client(raise_request_exception=False)
    browser.force_login(person.user)
    return lambda: browser.post(address, data).status_code
