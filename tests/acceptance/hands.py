"""Many hands at once, each on a database connection of its own, and work they can do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from django.db import connection

from accounts.models import Subject
from contributions.models import Contribution
from contributions.services import EntryInput, log_hours
from core.ids import uuid7
from core.registries import integrity_checks
from reputation.integrity import CHECKS, findings
from tests.factories import World


def together(hands: int, job: Callable[[int], Any]) -> list[Any]:
    """Run `job(n)` in so many threads that start in the same moment; an exception is returned in its place."""
    start = Barrier(hands, timeout=60)

    def run(n: int) -> Any:
        try:
            connection.ensure_connection()
            start.wait()
            return job(n)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(run, range(hands)))


def an_hour(world: World, by: Subject | None = None, *, minutes: int = 60, days_ago: int = 0) -> Contribution:
    """An hour that waits for review, on the project's open work."""
    return log_hours(
        by=by or world.contributor,
        client_id=uuid7(),
        task=world.open_work,
        entries=[EntryInput(world.now.date() - timedelta(days=days_ago), minutes)],
        note="Drew the river",
        now=world.now,
    ).contribution


def what_the_ledger_finds() -> list[str]:
    """Everything `verify_ledger` would complain of."""
    checks = [findings(check) for check in CHECKS] + [run() for run in integrity_checks("ledger").values()]
    return [found for check in checks for found in check]
