"""What Celery is told: the schedule names real jobs, and every job is wired for workers that die."""

from __future__ import annotations

import pytest
from celery import Task

from guildhub.celery import app

app.loader.import_default_modules()
OURS = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


@pytest.mark.parametrize("entry", sorted(app.conf.beat_schedule))
def test_the_schedule_names_a_job_that_exists(entry: str) -> None:
    assert app.conf.beat_schedule[entry]["task"] in OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_job_survives_its_worker_and_ends_in_time(name: str) -> None:
    task: Task = OURS[name]
    assert task.soft_time_limit < task.time_limit
    if task.time_limit < app.conf.broker_transport_options["visibility_timeout"]:
        assert task.acks_late
        assert task.reject_on_worker_lost
    else:  # the broker would hand it out beside itself: it is acknowledged first, and its schedule finds what was lost
        assert not task.acks_late
        assert app.conf.beat_schedule[name]["schedule"] <= 600
    assert task.max_retries > 0
    assert task.retry_backoff
    assert task.retry_jitter
