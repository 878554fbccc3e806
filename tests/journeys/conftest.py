"""A browser, a server and a database share two cores here, so a journey that fails may try once more.

What passed only the second time is named in the summary as RERUN: a fault of the journey's own, to be mended. Nothing else in
the suite gets a second attempt.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys; the hook is called with every test of the run."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.flaky(reruns=1))
