"""What every test stands on: a database of its own, the app's login, a cache that starts empty, no network."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.test import TransactionTestCase
from django.utils import translation

from guildhub.embedded.more_redis import OwnRedis, own_redis
from tests import databases

if TYPE_CHECKING:
    from tests.factories import World

_numbers = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A long suite may take an hour before it is thought to hang."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(3600))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Make this worker's database as the owner; everything after that is done as the app."""
    with django_db_blocker.unblock():
        databases.drop_leftovers()
        databases.make(settings.TEST_DATABASE)
    yield
    with django_db_blocker.unblock():
        databases.drop(settings.TEST_DATABASE)


def _put_back(_case: TransactionTestCase) -> None:
    databases.put_back()


# The app's login may not empty tables, and should not: Django's own flush would fail here.
TransactionTestCase._fixture_teardown = _put_back  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Every test has keys of its own, so that no count or limit of another test is seen."""
    caches.settings["default"]["KEY_PREFIX"] = f"{settings.TEST_DATABASE}:{next(_numbers)}"
    if hasattr(caches._connections, "default"):  # type: ignore[attr-defined]
        delattr(caches._connections, "default")  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _speak_english() -> Iterator[None]:
    """What a page of another language left behind is not the next test's."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _count_anew() -> None:
    """The front page keeps its numbers for a minute; each test has a hub of its own."""
    from guildhub.views.front import forget_numbers

    forget_numbers()


@pytest.fixture(scope="module")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One busy world for all tests of a module that only read; it goes when the module is done."""
    from tests.pages import busy_world

    with django_db_blocker.unblock(), transaction.atomic():
        yield busy_world()
        transaction.set_rollback(True)


@pytest.fixture
def redis_server() -> Iterator[OwnRedis]:
    """A Redis for this test alone, which it may stop."""
    with own_redis("redis-of-a-test") as server:
        yield server
