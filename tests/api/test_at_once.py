"""Every write of the API, ten times at once on connections of their own: one effect, one answer.

In a module of its own, because worlds of other tests stand in transactions that these would wait for.
"""

from __future__ import annotations

from typing import Any

import pytest

from core.ids import uuid7
from core.models import KeptAnswer
from tests.api.callers import api_world, call_as
from tests.api.table import Verb
from tests.api.test_sent_twice import DONE
from tests.hostile.races import at_once


def _at_once(verb: Verb) -> None:
    world = api_world()
    body = verb.body(world) if verb.body else None
    path, key = verb.path(world), str(uuid7())

    def send() -> Any:
        return call_as(world, verb.doer, verb.method, path, body, key)

    answers = at_once(*[send] * 10)
    assert {answer.status_code for answer in answers} == {answers[0].status_code}, [a.content for a in answers]
    assert answers[0].status_code < 300, answers[0].content
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 9
    assert KeptAnswer.objects.filter(key=key).count() == 1


AT_ONCE = ("log_hours", "give_verdict", "claim_task", "join_guild", "draft_problem")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [v for v in DONE if v.name in AT_ONCE], ids=lambda verb: verb.name)
def test_ten_at_once_are_one(verb: Verb) -> None:
    _at_once(verb)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [v for v in DONE if v.name not in AT_ONCE], ids=lambda verb: verb.name)
def test_ten_at_once_are_one_for_every_other_write(verb: Verb) -> None:
    _at_once(verb)
