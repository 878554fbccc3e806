"""A request lives without Redis: the cache, sessions and the limits on logging in."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache, caches
from django.test import Client

from accounts.models import User
from core import cache as forgiving
from guildhub.embedded.more_redis import OwnRedis


@pytest.fixture
def cache_on(redis_server: OwnRedis) -> OwnRedis:
    """A Redis of this test's own behind the default cache."""
    original = caches.settings["default"]["LOCATION"]
    _use(redis_server.url)
    yield redis_server
    _use(original)


def _use(url: str) -> None:
    caches.settings["default"]["LOCATION"] = url
    if hasattr(caches._connections, "default"):
        delattr(caches._connections, "default")


def test_with_redis_down_reads_miss_and_writes_are_forgotten(cache_on: OwnRedis) -> None:
    cache.set("colour", "indigo")
    assert cache.get("colour") == "indigo"
    cache_on.stop()
    assert cache.get("colour", "none") == "none"
    assert cache.get_many(["colour"]) == {}
    assert "colour" not in cache
    assert cache.add("lock", 1) is True, "nobody else can hold a lock that could not be stored"
    assert cache.incr("visits", 2) == 2
    assert cache.delete("colour") is False
    assert cache.touch("colour") is False
    cache.set_many({"colour": "madder"})
    cache.delete_many(["colour"])
    assert cache.clear() is False


def test_when_redis_is_back_the_cache_is_used_again(cache_on: OwnRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set("colour", "indigo")
    cache_on.stop()
    assert cache.get("colour") is None
    cache_on.start()
    monkeypatch.setattr(forgiving.time, "monotonic", lambda: 1e12)  # the rest after a failure is over
    assert cache.get("colour") == "indigo", "the append-only file kept it"


def test_while_it_rests_redis_is_not_asked(cache_on: OwnRedis, caplog: Any) -> None:
    cache_on.stop()
    for _request in range(20):
        cache.get("colour")
    said = [record for record in caplog.records if record.name == "core.cache"]
    assert len(said) == 1, "one warning per failure, and no attempt while resting"


@pytest.mark.django_db
def test_people_log_in_by_code_and_stay_logged_in_with_redis_down(cache_on: OwnRedis, client: Client) -> None:
    user = User.objects.create_user("ada@example.org")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    cache_on.stop()
    answer = client.post("/accounts/login/code/", {"email": "ada@example.org"})
    assert answer.status_code == 302, answer.content
    assert "_auth_user_id" not in client.session
    code = next(word for word in mail.outbox[-1].body.split() if len(word) >= 6 and word.replace("-", "").isalnum()
                and word.upper() == word)  # fmt: skip
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert answer.status_code == 302, answer.content
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/settings/").status_code == 200
