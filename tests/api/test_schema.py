"""The committed schema is the code's, and nothing that programs rely on is taken out of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.api.schema import document_text
from guildhub.api_reference import operations
from guildhub.views.api_docs import SCHEMA
from tests.api.breaking import breaking_changes

#: The schema as it was released last; `tests/api/breaking.py` says how to replace it.
RELEASED = Path(__file__).with_name("released_schema.json")


def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def test_the_committed_schema_is_what_the_code_says() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == document_text(), "run manage.py write_api_schema and commit the file"


def test_nothing_that_was_released_is_broken() -> None:
    assert breaking_changes(json.loads(RELEASED.read_text(encoding="utf-8")), committed()) == []


def test_every_reference_leads_somewhere_and_every_operation_has_words() -> None:
    document = committed()
    text = json.dumps(document)
    for part in text.split('"$ref": "#/')[1:]:
        here = document
        for name in part.partition('"')[0].split("/"):
            here = here[name]
    for one in operations(document):
        assert one.summary and one.words.endswith("."), one.name
        assert one.answered, f"{one.name} answers nothing that is described"


# Each way to break a program that was written for the released schema. ------------------------------------------------


def _schemas(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found


BREAKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "an address is gone": lambda d: d["paths"].pop("/api/v1/me/inbox"),
    "a method is gone": lambda d: d["paths"]["/api/v1/guilds"].pop("post"),
    "an operation has another name": lambda d: d["paths"]["/api/v1/guilds"]["post"].update(operationId="make_guild"),
    "an answer lacks a field": lambda d: _schemas(d)["Task"]["properties"].pop("estimate_minutes"),
    "a field inside a list is gone": lambda d: _schemas(d)["Entry"]["properties"].pop("minutes"),
    "an answer's field is of another type": lambda d: _schemas(d)["Task"]["properties"]["title"].update(type="integer"),
    "an answer's field may be null": lambda d: _schemas(d)["Task"]["properties"]["title"].update(
        type=["string", "null"]
    ),
    "an answer has a new word": lambda d: _schemas(d)["Task"]["properties"]["state"]["enum"].append("lost"),
    "a request needs a new field": lambda d: _schemas(d)["NewGuild"]["required"].append("timezone"),
    "a request's field is gone": lambda d: _schemas(d)["NewGuild"]["properties"].pop("timezone"),
    "a request's field is of another type": lambda d: _schemas(d)["NewGuild"]["properties"]["name"].update(
        type="object"
    ),
    "a request takes fewer words": lambda d: _schemas(d)["Verdict"]["properties"]["verdict"]["enum"].remove("returned"),
    "a request takes less": lambda d: _schemas(d)["NewGuild"]["properties"]["name"].update(maxLength=10),
    "a parameter is gone": lambda d: d["paths"]["/api/v1/problems"]["get"]["parameters"].pop(),
    "a parameter is needed": lambda d: d["paths"]["/api/v1/problems"]["get"]["parameters"][0].update(required=True),
    "another scope is needed": lambda d: d["paths"]["/api/v1/hours"]["post"].update(security=[{"token": ["other"]}]),
    "what was public is not": lambda d: d["paths"]["/api/v1/guilds"]["get"]["security"].remove({}),
    "another status": lambda d: d["paths"]["/api/v1/hours"]["post"]["responses"].update(
        {"200": d["paths"]["/api/v1/hours"]["post"]["responses"].pop("201")}
    ),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS.keys())
def test_a_breaking_change_is_seen(change: Callable[[dict[str, Any]], object]) -> None:
    before = json.loads(RELEASED.read_text(encoding="utf-8"))
    after = copy.deepcopy(before)
    change(after)
    assert breaking_changes(before, after) != []


ADDITIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a new address": lambda d: d["paths"].update({"/api/v1/new": d["paths"]["/api/v1/me"]}),
    "a new field of an answer": lambda d: _schemas(d)["Task"]["properties"].update({"new": {"type": "string"}}),
    "a new optional field of a request": lambda d: _schemas(d)["NewGuild"]["properties"].update(n={"type": "string"}),
    "a request takes more": lambda d: _schemas(d)["NewGuild"]["properties"]["name"].update(maxLength=1000),
    "a request takes more words": lambda d: _schemas(d)["Verdict"]["properties"]["verdict"]["enum"].append("sent_on"),
    "a new parameter": lambda d: d["paths"]["/api/v1/me/hours"]["get"]["parameters"].append(
        {"name": "new", "in": "query", "schema": {"type": "string"}}
    ),
    "other words": lambda d: d["paths"]["/api/v1/me"]["get"].update(description="Something else."),
}


@pytest.mark.parametrize("change", ADDITIONS.values(), ids=ADDITIONS.keys())
def test_an_addition_breaks_nothing(change: Callable[[dict[str, Any]], object]) -> None:
    before = json.loads(RELEASED.read_text(encoding="utf-8"))
    after = copy.deepcopy(before)
    change(after)
    assert breaking_changes(before, after) == []
