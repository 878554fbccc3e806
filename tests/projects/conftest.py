"""What the tests of problems, projects and tasks stand on."""

from __future__ import annotations

import pytest

from accounts.services import save_profile
from tests.factories import World, make_world

NAMES = {
    "contributor": "রুমা দাস",
    "reviewer": "فاطمہ زہرا",
    "maintainer": "Arif Hussain",
    "steward": "Nandini Gogoi",
}


@pytest.fixture
def world() -> World:
    """A guild at work whose people gave their names."""
    made = make_world()
    for reader, name in NAMES.items():
        save_profile(subject=getattr(made, reader), display_name=name)
    return made
