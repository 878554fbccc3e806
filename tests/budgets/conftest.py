"""One full world and one folder of static files for the tests of a module; they commit, and put everything back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import databases
from tests.budgets import site


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: Any) -> Iterator[site.Settled]:
    """Committed, because another process reads it."""
    with django_db_blocker.unblock():
        yield site.settle()
        databases.put_back()


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files as a real guild collects them."""
    into = tmp_path_factory.mktemp("static")
    site.collect_static(into)
    return into
