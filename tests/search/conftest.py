"""What tests of the search stand on."""

from __future__ import annotations

import pytest

from tests.factories import World, make_world


@pytest.fixture
def world() -> World:
    """A small guild at work, with words of its own."""
    return make_world()
