"""Doing work again that PostgreSQL broke off because it met other work: a deadlock, or a failure to serialize.

The order of docs/locking.md keeps deadlocks rare; it can't forbid them (foreign keys and unique indexes wait, too). Who was
chosen to give way changed nothing, so the same once more is right, and a person need not hear of it.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
#: SQLSTATEs: deadlock_detected, serialization_failure.
_CONFLICTS = ("40P01", "40001")
ATTEMPTS = 6
#: Before the second attempt, doubled before each further one; jittered, or the same two meet again.
_FIRST_PAUSE_SECONDS = 0.02


def is_conflict(error: BaseException) -> bool:
    """Whether PostgreSQL rolled this transaction back only because of others that ran beside it."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in _CONFLICTS


def despite_conflicts(work: Callable[[], Result], *, attempts: int = ATTEMPTS) -> Result:
    """Call `work` and return what it returns; again, up to `attempts` times, when a conflict rolled it back.

    `work` makes its own transaction and is safe to run twice. Inside a transaction there is nothing to try again (all of it
    was rolled back), so the conflict goes on to whoever began it. Each retry is one line of the log, with its number.
    """
    for attempt in range(1, attempts + 1):
        try:
            return work()
        except OperationalError as error:
            if not is_conflict(error) or connection.in_atomic_block or attempt == attempts:
                raise
            logger.warning(
                "Transactions met (%s); this one is done again, retry %s of %s.",
                getattr(error.__cause__, "pgcode", ""),
                attempt,
                attempts - 1,
            )
            time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311  # no secret
    raise AssertionError("the last attempt returns or raises")
