"""Celery's app in a process whose clock is ahead: `celery -A tests.clock_ahead`, by as many seconds as `CLOCK_AHEAD` says.

Mails of a Monday leave on Mondays; a test that waits for one would pass once a week.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from django.utils import timezone

from guildhub.celery import app

_ahead = timedelta(seconds=float(os.environ["CLOCK_AHEAD"]))
_now = timezone.now


def now_ahead() -> datetime:
    """What `timezone.now` is in this process."""
    return _now() + _ahead


timezone.now = now_ahead

__all__ = ["app"]
