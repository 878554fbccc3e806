"""No number of a policy can be forgotten where a guild's rules are told and where they are set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from guilds.forms import NUMBER_LABELS
from guilds.models import NUMBERS, Policy
from guilds.views.policy import changes_in_words, policy_in_words

#: A rating of 1 is never approved, so what it would count is told nowhere.
UNTOLD = {"quality_1"}


class Watched:
    """A policy that remembers which of its numbers were read."""

    def __init__(self) -> None:
        self.policy, self.read = Policy(), set[str]()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.policy, name)


def test_every_number_is_said_in_words() -> None:
    watched = Watched()
    policy_in_words(watched)  # type: ignore[arg-type]
    assert set(NUMBERS) - watched.read == UNTOLD


def test_every_number_has_a_name_where_it_is_set() -> None:
    assert set(NUMBER_LABELS) == set(NUMBERS)


@pytest.mark.parametrize("name", NUMBERS)
def test_history_names_each_number_that_changed_and_no_other(name: str) -> None:
    after = Policy()
    step = Decimal("0.25") if isinstance(Policy._meta.get_field(name), models.DecimalField) else 1
    setattr(after, name, getattr(after, name) + step)
    ((label, _change),) = changes_in_words(Policy(), after)
    assert label == str(NUMBER_LABELS[name])
