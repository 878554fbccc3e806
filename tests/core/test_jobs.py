"""Nudges and the jobs that deliver: one message per commit, none that a person waits for, every consumer by itself."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import transaction

from core import jobs
from core.models import Event
from tests.core.happenings import NOW, consumer, happen, waiting

NAME = "test.listener"


class Queue:
    """The broker's queue as it really is: what a worker would take from it."""

    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(django_settings.REDIS_URL)
        self._key = f"{django_settings.TEST_DATABASE}:celery"
        self._redis.delete(self._key)

    def messages(self) -> list[tuple[str, Any]]:
        """Name and first argument of each message, the oldest first."""
        raw = [json.loads(message) for message in reversed(self._redis.lrange(self._key, 0, -1))]
        return [(message["headers"]["task"], json.loads(base64.b64decode(message["body"]))[0][:1]) for message in raw]

    def begin_at(self) -> list[str | None]:
        """When each message's job may begin; None is at once."""
        raw = [json.loads(message) for message in reversed(self._redis.lrange(self._key, 0, -1))]
        return [message["headers"]["eta"] for message in raw]

    def close(self) -> None:
        self._redis.delete(self._key)
        self._redis.close()


@pytest.fixture
def queue(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """Nudges are sent in this test, to a queue that nobody empties."""
    settings.JOBS_ARE_NUDGED = True
    monkeypatch.setattr(jobs, "_broker_rests_until", 0.0)
    monkeypatch.setattr(jobs, "_deliveries_begin", {})
    found = Queue()
    yield found
    found.close()


def listen(events: Sequence[Event]) -> None:
    """A handler that has nothing to do."""


def test_a_commit_sends_one_message_whatever_it_recorded(queue: Queue) -> None:
    with consumer(NAME, listen, {"guild.policy_published"}), transaction.atomic():
        for _ in range(5):
            happen()
            happen(kind="membership.left")
        assert queue.messages() == [], "nothing is sent before the commit"
    assert queue.messages() == [("core.deliver", [["core.public_log", NAME]])]


def test_many_commits_after_one_another_are_announced_twice(queue: Queue) -> None:
    """At once for the first; for all that come within half a second by one job, which begins after the last of them."""
    with consumer(NAME, listen):
        for _ in range(5):
            happen()
    first, second = queue.begin_at()
    assert first is None and second is not None
    assert queue.messages() == [("core.deliver", [["core.public_log", NAME]])] * 2
    jobs._deliveries_begin.update(dict.fromkeys(jobs._deliveries_begin, time.monotonic() - 0.01))
    with consumer(NAME, listen):
        happen()
    assert len(queue.messages()) == 3, "that job began before this commit"
    jobs._deliveries_begin.update(dict.fromkeys(jobs._deliveries_begin, time.monotonic() - jobs.NUDGE_SECONDS))
    with consumer(NAME, listen):
        happen()
    assert queue.begin_at()[-1] is None


def test_what_is_rolled_back_is_not_announced_and_the_next_commit_is(queue: Queue) -> None:
    with consumer(NAME, listen):
        with pytest.raises(RuntimeError), transaction.atomic():
            happen()
            raise RuntimeError("the change failed")
        assert queue.messages() == []
        with transaction.atomic():
            with pytest.raises(RuntimeError), transaction.atomic():
                happen()
                raise RuntimeError("a part of the change failed")
            happen()
    assert queue.messages() == [("core.deliver", [["core.public_log", NAME]])]


def test_the_job_delivers_to_each_consumer_even_if_one_fails(transactional_db: None) -> None:
    def fail(events: Sequence[Event]) -> None:
        raise RuntimeError("always")

    with consumer("test.broken", fail), consumer(NAME, listen):
        happen()
        assert jobs.deliver(["test.broken", NAME, "core.public_log"]) == 3
        assert waiting(NAME) == waiting("core.public_log") == []
        assert len(waiting("test.broken")) == 1


def test_a_sweep_sends_each_due_consumer_its_own_message(queue: Queue, settings: Any) -> None:
    """So a consumer that hangs takes one worker's time, and no other consumer's turn."""
    settings.JOBS_ARE_NUDGED = False
    with consumer(NAME, listen), consumer("test.idle", listen, {"person.erased"}):
        happen()
        assert queue.messages() == []
        assert jobs.sweep_deliveries() == 2
    assert sorted(queue.messages()) == [("core.deliver", [["core.public_log"]]), ("core.deliver", [[NAME]])]


def test_with_the_broker_down_the_change_is_made_and_waits_for_a_sweep(queue: Queue, redis_server: Any) -> None:
    redis_server.stop()
    app = jobs.deliver.app
    url = app.conf.broker_url
    app.pool.force_close_all()
    app.conf.broker_url = app.conf.broker_write_url = redis_server.url.replace("unix://", "redis+socket://", 1)
    try:
        with consumer(NAME, listen):
            with transaction.atomic():
                event = happen(now=NOW)
            assert Event.objects.filter(pk=event.pk).exists()
            assert len(waiting(NAME)) == 1
            assert jobs._broker_rests_until > 0, "the next requests don't try again at once"
    finally:
        app.pool.force_close_all()
        app.conf.broker_url = app.conf.broker_write_url = url
        redis_server.start()
