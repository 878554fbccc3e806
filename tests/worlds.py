"""The old name of tests/factories.py, until no test imports it any more."""

from tests.factories import *  # noqa: F403
