"""The API against its own schema on a live server, with values that schemathesis makes up: right ones and wrong ones.

No answer is a 5xx, each has a status, a type and a shape that the schema names. A part of the requests is about things that
are there, in the name of somebody who may do much; otherwise nearly all would end with "not found".
"""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis import checks as found_by
from schemathesis.core.failures import FailureGroup

from core.limits import LIMITS, Limit
from guildhub.views.api_docs import SCHEMA
from tests.api.callers import api_world
from tests.factories import World

CHECKS = [
    found_by.not_a_server_error,
    found_by.status_code_conformance,
    found_by.content_type_conformance,
    found_by.response_headers_conformance,
    found_by.response_schema_conformance,
]
#: What a wrong request is checked for besides: that it is refused.
REFUSING = [*CHECKS, found_by.negative_data_rejection]

pytestmark = pytest.mark.django_db(transaction=True)


def things(world: World, path: str) -> dict[str, Any]:
    """Names of things that are there, for the placeholders of a path."""
    extra: dict[str, Any] = world.extra
    kind = path.split("/")[3]
    if kind == "hours":
        return {"id": str(extra["waiting_work"].pk)}
    if kind == "tasks":
        return {"id": str(world.task.pk)}
    slugs = {"guilds": world.guild.slug, "problems": extra["submitted_problem"].slug, "projects": world.project.slug}
    return {"slug": slugs[kind]} if kind in slugs and "{slug}" in path and "{id}" not in path else {}


def walk(server: str, world: World, examples: int) -> int:
    """Ask every operation in every way, `examples` times each; returns how many requests were made."""
    asked, failures = 0, []
    schema = schemathesis.openapi.from_dict(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for result, mode in product(list(schema.get_all_operations()), GenerationMode):
        operation = result.ok()
        known = things(world, operation.path)
        for parameters in (known, None) if known else (None,):
            strategy = operation.as_strategy(mode, path_parameters=parameters)

            @seed(20260302)
            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=strategy)
            def ask(case: Any) -> None:
                nonlocal asked
                asked += 1
                # What is wrong about an unknown name with nothing behind it never reaches the server.
                is_lost = any(value in ([], {}, None) for value in (case.query or {}).values())
                is_right = case.meta.generation.mode is GenerationMode.POSITIVE or is_lost
                checks = CHECKS if is_right else REFUSING
                headers = {"Authorization": f"Bearer {world.extra['tokens']['steward']}"}  # type: ignore[index]
                case.call_and_validate(base_url=server, headers=headers, checks=checks)

            try:
                ask()
            except Unsatisfiable:
                continue  # nothing about it can be wrong: it takes no values
            except (AssertionError, FailureGroup) as failure:
                failures.append(f"{operation.label}: {failure}")
    assert not failures, "\n\n".join(failures)
    return asked


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A committed world whose callers are never too many."""
    settings.API_PER_MINUTE = dict.fromkeys(settings.API_PER_MINUTE, 10**9)
    monkeypatch.setitem(LIMITS, "upload", Limit(hour=10**9, day=10**9))  # every attempt counts, also wrong ones
    return api_world()


def test_every_answer_is_what_the_schema_says(live_server: Any, world: World) -> None:
    assert walk(live_server.url, world, examples=2) > 200


@pytest.mark.slow
def test_every_answer_of_many_is_what_the_schema_says(live_server: Any, world: World) -> None:
    assert walk(live_server.url, world, examples=100) > 5000
